import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { TeamworkProxy } from '../../../operator/api/resource.ts';
import { LEASES } from '../../../operator/kube/resources.ts';
import { TEAMWORK_PROXIES } from '../../../operator/reconcile/kinds.ts';
import type { ControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { print } from '../../cluster/process/progress.ts';
import { startApiFaultProxy } from '../../support/api-fault-proxy.ts';
import type { ApiFaultProxy } from '../../support/api-fault-proxy.ts';
import { isWrite, openAuditLog } from '../../support/audit-log.ts';
import type { AuditLog, AuditedRequest } from '../../support/audit-log.ts';
import { eventually } from '../../support/eventually.ts';
import { serveResource } from '../api/api-server.ts';
import { createTestNamespace } from '../kube/cluster.ts';
import type { TestNamespace } from '../kube/cluster.ts';
import { installChartAccount } from './chart-account.ts';
import type { ChartAccount, Holder } from './chart-account.ts';
import { startOperator } from './operator.ts';
import type { OperatorProcess } from './operator.ts';

const LEASE = 'teamwork-proxy-operator';

/** How long a leader may write without having renewed its Lease, in milliseconds. */
const RENEW_DEADLINE_MS = 10_000;

/** A follower waits for as long as the Lease lasts, 15 seconds. */
const TAKEOVER_MS = 60_000;

/** Between two changes of the resource, so that there is always something to be written. */
const CHANGE_EVERY_MS = 50;

jest.setTimeout(180_000);

interface Replica {
  readonly name: string;
  readonly holder: Holder;
  readonly process: OperatorProcess;
}

let controlPlane: ControlPlane;
let test: TestNamespace;
let account: ChartAccount;
let log: AuditLog;
let replicas: Replica[];
let changing: { stop(): Promise<void> };

beforeAll(async () => {
  controlPlane = await startControlPlane();
  (await serveResource(controlPlane)).close();
});

beforeEach(async () => {
  test = await createTestNamespace('replicas');
  account = await installChartAccount(controlPlane, test.namespace);
  log = openAuditLog(
    controlPlane.auditLog ?? 'KUBE_AUDIT_LOG is not set',
    ({ user }) => user.username === account.username,
  );
  replicas = [];
  changing = changeAllTheTime();
});

afterEach(async () => {
  await changing.stop();
  for (const replica of replicas) await replica.process.stop();
  await account.release();
  await test.release();
});

afterAll(() => {
  print('');
});

function changeAllTheTime(): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = (async () => {
    for (let round = 1; !stopping.signal.aborted; round += 1) {
      await test.client.apply(TEAMWORK_PROXIES, proxyOf(round), { fieldManager: 'user' });
      await delay(CHANGE_EVERY_MS);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Another configuration each time. */
function proxyOf(round: number): TeamworkProxy {
  const server = { host: '192.0.2.1', port: 1024 + (round % 60_000) };
  return {
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { namespace: test.namespace, name: 'busy' },
    spec: {
      frontends: [{ name: 'client', protocol: 'TCP', backend: 'client' }],
      backends: [{ name: 'client', protocol: 'TCP', servers: [server] }],
    },
  } as unknown as TeamworkProxy;
}

async function replica(name: string, server?: string): Promise<Replica> {
  const holder = await account.holder(name, server);
  const process = await startOperator(test.namespace, { name, kubeconfig: holder.kubeconfig });
  const started = { name, holder, process };
  replicas.push(started);
  return started;
}

/** A leader that writes, and a follower that waits. */
async function leaderAndFollower(server?: string): Promise<readonly [Replica, Replica]> {
  const first = await replica('first', server);
  await untilWrites(first, 5);
  return [first, await replica('second')];
}

function isLease({ objectRef }: AuditedRequest): boolean {
  return objectRef?.resource === 'leases';
}

/** What a replica has written so far, apart from its Lease. */
function writesOf({ holder }: Replica): readonly AuditedRequest[] {
  return log.requests().filter((request) => isWrite(request) && !isLease(request) && holder.sent(request));
}

async function untilWrites(replica: Replica, count: number): Promise<readonly AuditedRequest[]> {
  const before = writesOf(replica).length;
  return eventually(
    `${count} writes of ${replica.name}`,
    async () => {
      const writes = writesOf(replica);
      return writes.length >= before + count ? writes : undefined;
    },
    TAKEOVER_MS,
  );
}

function received({ requestReceivedTimestamp }: AuditedRequest): number {
  return Date.parse(requestReceivedTimestamp);
}

/** Names of those that wrote, in the order of their requests, each once for as long as it was the only one. */
function writersInTurn(): readonly string[] {
  const writes = log
    .requests()
    .filter((request) => isWrite(request) && !isLease(request))
    .toSorted((one, other) => (one.requestReceivedTimestamp < other.requestReceivedTimestamp ? -1 : 1));
  const names = writes.map((request) => replicas.find(({ holder }) => holder.sent(request))?.name ?? '');
  return names.filter((name, index) => name !== names[index - 1]);
}

/** When a replica got or renewed the Lease, in milliseconds. */
function renewalsOf({ holder }: Replica): readonly number[] {
  return log
    .requests()
    .filter((request) => isLease(request) && isWrite(request) && holder.sent(request))
    .filter(({ responseStatus }) => (responseStatus?.code ?? 0) < 300)
    .map(received);
}

/** The longest time that passed between a renewal and a write, in milliseconds. */
function longestWithoutRenewal(replica: Replica): number {
  const renewals = renewalsOf(replica);
  const ages = writesOf(replica).map((request) => {
    const last = renewals.findLast((time) => time <= received(request)) ?? 0;
    return received(request) - last;
  });
  return Math.max(...ages);
}

function expectOneWriterAtATime(first: Replica, second: Replica): void {
  expect(writersInTurn()).toEqual(['first', 'second']);
  const lastOfFirst = writesOf(first).at(-1)?.stageTimestamp ?? '';
  expect(Date.parse(lastOfFirst)).toBeLessThan(renewalsOf(second)[0] ?? 0);
  for (const one of [first, second])
    expect(longestWithoutRenewal(one)).toBeLessThanOrEqual(RENEW_DEADLINE_MS);
}

/** Waits until the follower writes, and tells how long that took. */
async function takeover(what: string, second: Replica, since: number): Promise<void> {
  const writes = await untilWrites(second, 5);
  const [acquired = 0] = renewalsOf(second);
  const first = writes.find((request) => received(request) >= acquired);
  const seconds = (time: number) => ((time - since) / 1000).toFixed(1);
  print(
    `${what}: the follower has the Lease after ${seconds(acquired)} s, and has written after ${seconds(first === undefined ? Number.NaN : received(first))} s`,
  );
}

describe('of two replicas, one at a time writes', () => {
  it('when the leader is killed', async () => {
    const [first, second] = await leaderAndFollower();

    first.process.kill('SIGKILL');
    await takeover('SIGKILL', second, Date.now());

    expect(await first.process.ended).toBeNull();
    expectOneWriterAtATime(first, second);
  });

  it('when the leader stands still for longer than its Lease lasts, and goes on then', async () => {
    const [first, second] = await leaderAndFollower();

    first.process.kill('SIGSTOP');
    await takeover('SIGSTOP', second, Date.now());
    first.process.kill('SIGCONT');
    const code = await first.process.ended;
    await untilWrites(second, 5);

    expect(code).toBe(1);
    expectOneWriterAtATime(first, second);
  });

  it('when the network between the leader and the API server is away, and comes back', async () => {
    // The replica's own token counts, not the administrator's certificate.
    const proxy = await startApiFaultProxy({ ...controlPlane, clientCertificate: '', clientKey: '' });
    const [first, second] = await leaderAndFollower(addressOf(proxy));

    const heal = proxy.inject({ matches: () => true, fault: { kind: 'Hang' } });
    for (const watch of proxy.watches()) watch.stall();
    await takeover('partition', second, Date.now());
    heal();
    const code = await first.process.ended;
    await untilWrites(second, 5);
    await proxy.close();

    expect(code).toBe(1);
    expectOneWriterAtATime(first, second);
  });

  it('when the leader ends as it is told to, and then the follower need not wait', async () => {
    const [first, second] = await leaderAndFollower();
    const shown = await Promise.all([first, second].map(async (one) => leads(await one.process.metrics())));

    const since = Date.now();
    first.process.kill('SIGTERM');
    await takeover('SIGTERM', second, since);

    expect(shown).toEqual(['1', '0']);
    expect(leads(await second.process.metrics())).toBe('1');
    expect(await first.process.ended).toBe(0);
    expectOneWriterAtATime(first, second);
  });
});

/** What `/metrics` says of who leads. */
function leads(metrics: string): string | undefined {
  return /^leader_election_master_status\{name="teamwork-proxy-operator"\} (\d)$/m.exec(metrics)?.[1];
}

function addressOf({ kubeconfig }: ApiFaultProxy): string {
  const { clusters } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    readonly clusters: readonly [{ readonly cluster: { readonly server: string } }];
  };
  return clusters[0].cluster.server;
}

describe('the Lease', () => {
  const lease = () => test.client.get(LEASES, { namespace: test.namespace, name: LEASE });

  it('goes with the account, when an operator ends that has no permission to give it back', async () => {
    const first = await replica('first');
    await untilWrites(first, 1);
    const held = await lease();

    await account.release();
    await first.process.stop();

    expect(held?.spec?.holderIdentity).toMatch(/^first_/);
    await eventually('an end of the Lease', async () => ((await lease()) === undefined ? true : undefined));
  });
});

describe('an operator without an API server', () => {
  it('is alive, and ready as soon as there is one', async () => {
    const proxy = await startApiFaultProxy(controlPlane);
    await proxy.refuse();
    const operator = await startOperator(test.namespace, { kubeconfig: proxy.kubeconfig, ready: false });
    const without = [await operator.probe('/healthz'), await operator.probe('/readyz')];

    await proxy.listen();
    await eventually('a ready operator', async () =>
      (await operator.probe('/readyz')) === 200 ? true : undefined,
    );
    await operator.stop();
    await proxy.close();

    expect(without).toEqual([200, 503]);
  });
});
