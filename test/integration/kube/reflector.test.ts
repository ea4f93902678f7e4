import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Connection, connect } from '../../../operator/kube/client/connect.ts';
import { type Informer, type InformerOptions, createInformer } from '../../../operator/kube/informer.ts';
import { CONFIG_MAPS, SECRETS } from '../../../operator/kube/resources.ts';
import type { ConfigMap, KubernetesObject } from '../../../operator/kube/types.ts';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { type ApiFaultProxy, type SeenRequest, startApiFaultProxy } from '../../support/api-fault-proxy.ts';
import { eventually } from '../../support/eventually.ts';
import { hurriedClock } from '../../support/hurried-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { type TestNamespace, configMap, createTestNamespace } from './cluster.ts';

/** Of the objects that a test makes, but not of the one that every namespace has. */
const SELECTOR = 'made-by=test';

/** Goes through pauses of seconds in milliseconds. */
const FACTOR = 200;

let test: TestNamespace;
let proxy: ApiFaultProxy;
let connection: Connection;
let informer: Informer<ConfigMap> | undefined;
let changes: string[];

beforeAll(async () => {
  test = await createTestNamespace('reflector');
});

afterAll(async () => {
  await test.release();
});

beforeEach(async () => {
  proxy = await startApiFaultProxy(await startControlPlane());
  connection = connect({ userAgent: 'reflector-test/0', kubeconfig: proxy.kubeconfig });
  changes = [];
});

afterEach(async () => {
  await informer?.stop();
  informer = undefined;
  connection.close();
  await proxy.close();
  for (const { metadata } of (await test.client.list(CONFIG_MAPS, selection())).items) {
    await remove(metadata?.name ?? '');
  }
});

function selection() {
  return { namespace: test.namespace, labelSelector: SELECTOR };
}

function start(options: Partial<InformerOptions<ConfigMap>> = {}): Informer<ConfigMap> {
  const started = createInformer<ConfigMap>({
    client: connection.client,
    resource: CONFIG_MAPS,
    namespaces: [test.namespace],
    labelSelector: SELECTOR,
    log: recordingLog(),
    clock: hurriedClock(FACTOR),
    ...options,
  });
  started.store.onChange((before, after) =>
    changes.push(`${describeState(before)} -> ${describeState(after)}`),
  );
  started.start();
  informer = started;
  return started;
}

/** Starts an informer and waits until it has seen everything and watches. */
async function follow(options: Partial<InformerOptions<ConfigMap>> = {}): Promise<Informer<ConfigMap>> {
  const started = start(options);
  await started.hasSynced;
  await openWatch();
  return started;
}

function describeState(object: ConfigMap | undefined): string {
  return object === undefined ? 'none' : `${object.metadata?.name}=${object.data?.['v']}`;
}

async function put(name: string, v: string): Promise<ConfigMap> {
  const object = configMap(test.namespace, name, { v });
  const metadata = { ...object.metadata, labels: { 'made-by': 'test' } };
  return test.client.apply(CONFIG_MAPS, { ...object, metadata }, { fieldManager: 'test' });
}

async function remove(name: string): Promise<void> {
  const key = { namespace: test.namespace, name };
  const object = await test.client.get(CONFIG_MAPS, key);
  if (object !== undefined) await test.client.delete(CONFIG_MAPS, key, { uid: object.metadata?.uid ?? '' });
}

async function openWatch() {
  return eventually('an open watch', async () => proxy.watches()[0]);
}

/** Waits until the store has exactly these objects. */
async function untilStoreHas(...states: readonly string[]): Promise<void> {
  const expected = states.toSorted().join();
  await eventually(`a store with ${expected}`, async () => {
    const actual = informer?.store.list().map(describeState).toSorted().join();
    return actual === expected || undefined;
  });
}

function lists(): readonly SeenRequest[] {
  return proxy.requests.filter(({ method, isWatch }) => method === 'GET' && !isWatch);
}

function errorFrame(code: number, reason: string): string {
  return `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, reason, message: 'by a test' } })}\n`;
}

describe('an informer', () => {
  it('has what there is once it has synced, and follows what changes', async () => {
    await put('a', '1');
    await put('b', '1');

    await follow();
    const first = [...changes];
    await put('a', '2');
    await remove('b');
    await put('c', '1');
    await untilStoreHas('a=2', 'c=1');

    expect(first).toEqual(['none -> a=1', 'none -> b=1']);
    expect(changes.slice(2)).toEqual(['a=1 -> a=2', 'b=1 -> none', 'none -> c=1']);
  });

  it('does not count as synced before a list has succeeded', async () => {
    await put('a', '1');
    const heal = proxy.inject({ matches: () => true, fault: { kind: 'Answer', status: 500 } });
    const started = start();
    await eventually('some attempts', async () => proxy.requests.length >= 3 || undefined);
    const seen = started.store.list();

    heal();
    const synced = await started.hasSynced;

    expect(seen).toEqual([]);
    expect(synced).toBe(true);
    expect(started.store.list().map(describeState)).toEqual(['a=1']);
  });

  it.each([
    { desc: 'is reset', interrupt: () => proxy.watches()[0]?.reset() },
    { desc: 'is ended by the server', interrupt: () => proxy.watches()[0]?.end() },
    {
      desc: 'is cut in the middle of an event',
      interrupt() {
        proxy.watches()[0]?.send('{"type":"MODIFIED","object":{"metadata":{"na');
        proxy.watches()[0]?.end();
      },
    },
    {
      desc: 'brings an error of the server',
      interrupt: () => proxy.watches()[0]?.send(errorFrame(500, 'InternalError')),
    },
    { desc: 'brings what is no JSON', interrupt: () => proxy.watches()[0]?.send('<html>502</html>\n') },
    { desc: 'falls silent for too long', interrupt: () => proxy.watches()[0]?.stall() },
  ])('goes on where it was, without a list, when the watch $desc', async ({ interrupt }) => {
    await put('a', '1');
    await follow();
    await openWatch();
    const watchesBefore = proxy.requests.filter(({ isWatch }) => isWatch).length;

    interrupt();
    await put('a', '2');
    await put('b', '1');
    await untilStoreHas('a=2', 'b=1');

    expect(proxy.requests.filter(({ isWatch }) => isWatch).length).toBeGreaterThan(watchesBefore);
    expect(lists()).toHaveLength(1);
    expect(changes).toEqual(['none -> a=1', 'a=1 -> a=2', 'none -> b=1']);
  });

  it('sees after an outage what happened during it', async () => {
    await put('a', '1');
    await follow();

    await proxy.refuse();
    await put('a', '2');
    await put('b', '1');
    await remove('a');
    await proxy.listen();
    await untilStoreHas('b=1');

    expect(changes.at(-1)).toBe('a=2 -> none');
    expect(lists()).toHaveLength(1);
  });

  it.each([
    { desc: 'in the stream', expire: () => proxy.watches()[0]?.send(errorFrame(410, 'Expired')) },
    {
      desc: 'at its beginning',
      expire() {
        const body = { kind: 'Status', code: 410, reason: 'Expired', message: 'by a test' };
        proxy.inject({
          matches: ({ isWatch }) => isWatch,
          fault: { kind: 'Answer', status: 410, body },
          times: 1,
        });
        proxy.watches()[0]?.end();
      },
    },
  ])('lists again when the history is gone, and finds what was missed: told $desc', async ({ expire }) => {
    await put('stays', '1');
    await put('goes', '1');
    await put('reborn', '1');
    await follow();
    const watch = await openWatch();
    watch.stall();

    await remove('goes');
    await remove('reborn');
    await put('reborn', '2');
    expire();
    await untilStoreHas('stays=1', 'reborn=2');

    expect(lists()).toHaveLength(2);
    expect(changes.slice(3)).toEqual(['goes=1 -> none', 'reborn=1 -> none', 'none -> reborn=2']);
  });

  it('remembers the version of a bookmark', async () => {
    await follow();
    const { metadata } = await test.client.list(CONFIG_MAPS, selection());
    const other = await test.client.create(CONFIG_MAPS, configMap(test.namespace, 'unrelated'));
    const resourceVersion = other.metadata?.resourceVersion ?? '';
    const bookmark = { type: 'BOOKMARK', object: { kind: 'ConfigMap', metadata: { resourceVersion } } };
    const watch = await openWatch();

    watch.send(`${JSON.stringify(bookmark)}\n`);
    watch.end();
    const next = await eventually('a watch from the bookmark on', async () =>
      proxy.requests.find(
        ({ isWatch, query }) => isWatch && query.get('resourceVersion') === resourceVersion,
      ),
    );

    expect(metadata.resourceVersion).not.toBe(resourceVersion);
    expect(next.query.get('allowWatchBookmarks')).toBe('true');
    expect(Number(next.query.get('timeoutSeconds'))).toBeGreaterThanOrEqual(300);
  });

  it('keeps only the metadata when that is asked for', async () => {
    const name = 'keys';
    await test.client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: test.namespace, name, labels: { 'made-by': 'test' } },
      stringData: { password: 'changeit' },
    });
    const secrets = createInformer({
      client: connection.client,
      resource: SECRETS,
      namespaces: [test.namespace],
      labelSelector: SELECTOR,
      metadataOnly: true,
      log: recordingLog(),
    });
    secrets.start();
    await secrets.hasSynced;

    const found = secrets.store.get({ namespace: test.namespace, name });
    await secrets.stop();

    expect(found).toMatchObject({ metadata: { name } });
    expect(found).not.toHaveProperty('data');
  });

  it('looks at several namespaces as at one', async () => {
    const other = await createTestNamespace('reflector-other');
    const object = configMap(other.namespace, 'b', { v: '1' });
    await other.client.create(CONFIG_MAPS, {
      ...object,
      metadata: { ...object.metadata, labels: { 'made-by': 'test' } },
    });
    await put('a', '1');

    const { store } = await follow({
      namespaces: [test.namespace, other.namespace],
      indexers: { namespace: (one: KubernetesObject) => [one.metadata?.namespace ?? ''] },
    });
    await other.release();

    expect(store.list().map(describeState).toSorted()).toEqual(['a=1', 'b=1']);
    expect(store.byIndex('namespace', other.namespace).map(describeState)).toEqual(['b=1']);
  });

  it.each([
    { desc: 'while it watches', fault: undefined },
    { desc: 'while a list does not come back', fault: { kind: 'Hang' } as const },
    { desc: 'while it pauses after a failure', fault: { kind: 'Answer', status: 500 } as const },
  ])('leaves nothing behind when it is stopped $desc', async ({ fault }) => {
    if (fault !== undefined) proxy.inject({ matches: () => true, fault });
    const started = start();
    if (fault === undefined) await openWatch();
    await eventually('a request', async () => proxy.requests.length > 0 || undefined);

    await started.stop();
    const count = proxy.requests.length;
    await eventually('no open watch', async () => proxy.watches().length === 0 || undefined);

    expect(proxy.requests).toHaveLength(count);
    await expect(started.hasSynced).resolves.toBe(fault === undefined);
  });
});
