import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../../operator/kube/client/connect.ts';
import { ApiError, isConflict } from '../../../operator/kube/client/errors.ts';
import type { WatchEvent } from '../../../operator/kube/client/kube-client.ts';
import { listAll } from '../../../operator/kube/client/pager.ts';
import { CONFIG_MAPS, DEPLOYMENTS, SECRETS } from '../../../operator/kube/resources.ts';
import type { ConfigMap, Deployment, KubernetesObject } from '../../../operator/kube/types.ts';
import { MANAGER, type TestNamespace, configMap, createTestNamespace } from './cluster.ts';

let test: TestNamespace;

beforeAll(async () => {
  test = await createTestNamespace('client');
});

afterAll(async () => {
  await test.release();
});

function managers(object: KubernetesObject): unknown {
  return object.metadata?.managedFields?.map(({ manager, operation, subresource }) => ({
    manager,
    operation,
    ...(subresource === undefined ? {} : { subresource }),
  }));
}

function deployment(name: string): Deployment {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: test.namespace, name },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'example.invalid/none' }] },
      },
    },
  };
}

describe('the client', () => {
  it('creates, reads, replaces, patches and deletes an object', async () => {
    const { client, namespace } = test;
    const key = { namespace, name: 'crud' };

    const created = await client.create(CONFIG_MAPS, configMap(namespace, 'crud', { a: '1' }));
    const read = await client.get(CONFIG_MAPS, key);
    const replaced = await client.replace(CONFIG_MAPS, { ...created, data: { b: '2' } });
    const patched = await client.patch(CONFIG_MAPS, key, { data: { b: null, c: '3' } });
    await client.delete(CONFIG_MAPS, key, { uid: created.metadata?.uid ?? '' });

    expect(read).toEqual(created);
    expect(replaced.data).toEqual({ b: '2' });
    expect(patched.data).toEqual({ c: '3' });
    await expect(client.get(CONFIG_MAPS, key)).resolves.toBeUndefined();
  });

  it('names itself as the field manager of plain writes', async () => {
    const created = await test.client.create(CONFIG_MAPS, configMap(test.namespace, 'named', { a: '1' }));

    expect(managers(created)).toEqual([{ manager: MANAGER, operation: 'Update' }]);
  });

  it('applies by force, and removes what it does not apply any more', async () => {
    const { client, namespace } = test;
    const options = { fieldManager: 'applier' };
    await client.create(CONFIG_MAPS, configMap(namespace, 'applied', { a: 'theirs', other: 'theirs' }));
    await client.apply(CONFIG_MAPS, configMap(namespace, 'applied', { a: 'ours', b: 'ours' }), options);

    const applied = await client.apply(CONFIG_MAPS, configMap(namespace, 'applied', { a: 'ours' }), options);

    expect(applied.data).toEqual({ a: 'ours', other: 'theirs' });
    expect(managers(applied)).toContainEqual({ manager: 'applier', operation: 'Apply' });
  });

  it('applies the status apart from the rest', async () => {
    const { client } = test;
    const options = { fieldManager: 'applier' };
    const desired = deployment('status');
    await client.apply(DEPLOYMENTS, desired, options);
    const condition = { type: 'Tested', status: 'True', reason: 'Test', message: 'a test' };

    const { apiVersion, kind, metadata } = desired;
    const status = { conditions: [condition] };
    const applied = await client.applyStatus(
      DEPLOYMENTS,
      { apiVersion, kind, metadata, status } as Deployment,
      { fieldManager: 'applier-status' },
    );

    expect(applied.status?.conditions).toContainEqual(expect.objectContaining(condition));
    expect(applied.spec?.replicas).toBe(0);
    expect(managers(applied)).toContainEqual({
      manager: 'applier-status',
      operation: 'Apply',
      subresource: 'status',
    });
  });

  it('applies no status to another object that has the name by now', async () => {
    const { client } = test;
    const desired = deployment('status-reborn');
    await client.apply(DEPLOYMENTS, desired, { fieldManager: 'applier' });
    const { apiVersion, kind, metadata } = desired;
    const other = { ...metadata, uid: '00000000-0000-0000-0000-000000000000' };
    const status = { conditions: [] };

    const applying = client.applyStatus(
      DEPLOYMENTS,
      { apiVersion, kind, metadata: other, status } as Deployment,
      { fieldManager: 'applier-status' },
    );

    await expect(applying.catch((error: unknown) => isConflict(error))).resolves.toBe(true);
  });

  it('lists page by page, each item with its type', async () => {
    const { client, namespace } = test;
    const names = ['page-1', 'page-2', 'page-3'];
    for (const name of names) {
      const object = configMap(namespace, name);
      await client.create(CONFIG_MAPS, {
        ...object,
        metadata: { ...object.metadata, labels: { paged: 'yes' } },
      });
    }
    const selection = { namespace, labelSelector: 'paged=yes' };

    const first = await client.list(CONFIG_MAPS, { ...selection, limit: 2 });
    const all = await listAll(client, CONFIG_MAPS, selection);

    expect(first.items).toHaveLength(2);
    expect(first.metadata.continue).not.toBe('');
    expect(all.items.map(({ metadata }) => metadata?.name)).toEqual(names);
    expect(all.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  });

  it('reads, lists and watches the metadata alone when that is asked for', async () => {
    const { client, namespace } = test;
    const key = { namespace, name: 'secret' };
    await client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: key,
      stringData: { password: 'changeit' },
    });

    const read = await client.get(SECRETS, key, { metadataOnly: true });
    const list = await client.list(SECRETS, { namespace, metadataOnly: true });
    const watch = client.watch(SECRETS, {
      namespace,
      metadataOnly: true,
      resourceVersion: '0',
      timeoutSeconds: 60,
    });
    const [event] = await take(watch, 1);

    for (const object of [read, list.items[0], event?.object]) {
      expect(object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'secret' } });
      expect(object).not.toHaveProperty('data');
    }
  });

  it('watches from a version on, until it is told to stop', async () => {
    const { client, namespace } = test;
    const selection = { namespace, fieldSelector: 'metadata.name=watched' };
    const { metadata } = await client.list(CONFIG_MAPS, selection);
    const stopping = new AbortController();
    const watch = client.watch(CONFIG_MAPS, {
      ...selection,
      resourceVersion: metadata.resourceVersion ?? '',
      timeoutSeconds: 60,
      signal: stopping.signal,
    });
    const events = watch[Symbol.asyncIterator]();

    const created = await client.create(CONFIG_MAPS, configMap(namespace, 'watched'));
    await client.patch(CONFIG_MAPS, { namespace, name: 'watched' }, { data: { a: '1' } });
    await client.delete(CONFIG_MAPS, { namespace, name: 'watched' }, { uid: created.metadata?.uid ?? '' });
    const types: unknown[] = [];
    for (let count = 0; count < 3; count += 1)
      types.push(((await events.next()).value as WatchEvent<ConfigMap>).type);
    const next = events.next();
    stopping.abort(new Error('enough'));

    expect(types).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    await expect(next).rejects.toThrow('enough');
  });

  it('says what the server refuses, and where', async () => {
    const { client, namespace } = test;
    await client.create(CONFIG_MAPS, configMap(namespace, 'taken'));

    const again = client.create(CONFIG_MAPS, configMap(namespace, 'taken'));

    await expect(again).rejects.toThrow(ApiError);
    await expect(again).rejects.toMatchObject({
      status: 409,
      reason: 'AlreadyExists',
      message: `POST /api/v1/namespaces/${namespace}/configmaps: configmaps "taken" already exists`,
    });
  });

  it('does not delete another object that has the name by now, and takes what is gone for deleted', async () => {
    const { client, namespace } = test;
    const key = { namespace, name: 'reborn' };
    await client.create(CONFIG_MAPS, configMap(namespace, 'reborn'));

    await client.delete(CONFIG_MAPS, key, { uid: '00000000-0000-0000-0000-000000000000' });
    await client.delete(CONFIG_MAPS, { namespace, name: 'never-was' }, { uid: 'any' });

    await expect(client.get(CONFIG_MAPS, key)).resolves.toBeDefined();
  });

  it('sends nothing once its signal has fired', async () => {
    const { client, namespace } = test;
    const stopping = new AbortController();
    const bound = client.withSignal(stopping.signal);
    stopping.abort(new Error('not the leader any more'));

    const writing = bound.create(CONFIG_MAPS, configMap(namespace, 'fenced'));

    await expect(writing).rejects.toThrow('not the leader any more');
    await expect(client.get(CONFIG_MAPS, { namespace, name: 'fenced' })).resolves.toBeUndefined();
  });

  it('counts its requests', async () => {
    const seen: unknown[] = [];
    const connection = connect({ userAgent: 'counter/0', observe: (request) => seen.push(request) });

    await connection.client.get(CONFIG_MAPS, { namespace: test.namespace, name: 'none' });
    connection.close();

    expect(seen).toEqual([{ code: '404', method: 'GET', host: expect.stringMatching(/^127\.0\.0\.1:\d+$/) }]);
  });
});

async function take<T>(source: AsyncIterable<T>, count: number): Promise<readonly T[]> {
  const taken: T[] = [];
  for await (const item of source) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}
