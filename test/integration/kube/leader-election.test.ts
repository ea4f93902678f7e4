import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '../../../operator/kube/client/connect.ts';
import {
  type LeaderElection,
  createLeaderElection,
} from '../../../operator/kube/leader-election/leader-election.ts';
import type { KubeClient } from '../../../operator/kube/client/kube-client.ts';
import { CONFIG_MAPS, LEASES } from '../../../operator/kube/resources.ts';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { startApiFaultProxy } from '../../support/api-fault-proxy.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { type TestNamespace, configMap, createTestNamespace } from './cluster.ts';

/** Short, but long enough for a machine that is busy. */
const TIMES = { leaseDuration: 3000, renewDeadline: 1500, retryPeriod: 200 };

let test: TestNamespace;
let releases: (() => Promise<void>)[];

beforeAll(async () => {
  test = await createTestNamespace('lease');
});

beforeEach(() => {
  releases = [];
});

afterEach(async () => {
  for (const release of releases.toReversed()) await release();
});

afterAll(async () => {
  await test.release();
});

function candidate(name: string, identity: string, client: KubeClient): LeaderElection {
  const lease = { namespace: test.namespace, name };
  const election = createLeaderElection({ client, lease, identity, log: recordingLog(), times: TIMES });
  election.start();
  releases.push(() => election.stop());
  return election;
}

describe('leader election over a real Lease', () => {
  it('hands the lead over when the leader ends', async () => {
    const first = candidate('handover', 'first', test.client);
    await first.acquired;
    const second = candidate('handover', 'second', test.client);

    await first.stop();
    await second.acquired;

    const lease = await test.client.get(LEASES, { namespace: test.namespace, name: 'handover' });
    expect([first.isLeader(), second.isLeader()]).toEqual([false, true]);
    expect(lease?.spec?.holderIdentity).toMatch(/^second_/);
    expect(lease?.spec?.leaseTransitions).toBe(1);
  });

  it('lets no leader write that has lost the API server, and another one follow', async () => {
    const proxy = await startApiFaultProxy(await startControlPlane());
    releases.push(() => proxy.close());
    const connection = connect({ userAgent: 'lease-test/0', kubeconfig: proxy.kubeconfig });
    releases.push(async () => connection.close());
    const first = candidate('cut-off', 'first', connection.client);
    await first.acquired;
    const fenced = connection.client.withSignal(first.signal, () => first.check());
    const second = candidate('cut-off', 'second', test.client);

    proxy.inject({ matches: ({ path }) => path.endsWith('/leases/cut-off'), fault: { kind: 'Hang' } });
    await once(first.signal, 'abort');
    const led = second.isLeader();
    const writing = fenced.create(CONFIG_MAPS, configMap(test.namespace, 'late'));

    await expect(writing).rejects.toThrow('not the leader');
    expect(led).toBe(false);
    await expect(second.acquired).resolves.toBe(true);
  }, 30_000);
});
