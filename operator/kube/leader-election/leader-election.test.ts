import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { recordingLog } from '../../../test/support/recording-log.ts';
import { ApiError } from '../client/errors.ts';
import type { KubeClient } from '../client/kube-client.ts';
import type { Clock } from '../clock.ts';
import type { Lease, OwnerReference } from '../types.ts';
import { type LeaderElection, createLeaderElection } from './leader-election.ts';

/** One Lease, with the optimistic locking of the API server, that can be cut off. */
class LeaseServer {
  lease: Lease | undefined;
  reads = 0;
  /** How the server is for each client, by identity. */
  readonly state = new Map<string, 'up' | 'down' | 'hanging'>();
  /** Who wrote when, in milliseconds. */
  readonly writes: { readonly identity: string; readonly at: number }[] = [];
  readonly #clock: FakeClock;
  #version = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  client(identity: string): KubeClient {
    const reach = async (signal: AbortSignal | undefined) => {
      const state = this.state.get(identity) ?? 'up';
      if (state === 'down') throw new Error('connect ECONNREFUSED');
      if (state === 'up') return;
      await new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });
    };
    const write = (object: Lease) => {
      if (object.metadata?.resourceVersion !== this.lease?.metadata?.resourceVersion) {
        throw new ApiError({ status: 409, reason: 'Conflict', message: 'the lease has been modified' });
      }
      this.#version += 1;
      this.writes.push({ identity, at: this.#clock.monotonic() });
      this.lease = {
        ...object,
        metadata: { ...object.metadata, uid: 'uid', resourceVersion: `${this.#version}` },
      };
      return this.lease;
    };
    const client = {
      get: async (_resource: unknown, _key: unknown, { signal }: { signal?: AbortSignal } = {}) => {
        await reach(signal);
        this.reads += 1;
        return this.lease;
      },
      create: async (_resource: unknown, object: Lease, { signal }: { signal?: AbortSignal } = {}) => {
        await reach(signal);
        return write(object);
      },
      replace: async (_resource: unknown, object: Lease, { signal }: { signal?: AbortSignal } = {}) => {
        await reach(signal);
        return write(object);
      },
    };
    return client as unknown as KubeClient;
  }

  holder(): string | undefined {
    return this.lease?.spec?.holderIdentity?.split('_')[0];
  }
}

let clock: FakeClock;
let server: LeaseServer;
let elections: LeaderElection[];

beforeEach(() => {
  clock = new FakeClock();
  server = new LeaseServer(clock);
  elections = [];
});

afterEach(async () => {
  server.state.clear();
  for (const election of elections) await election.stop();
});

/** Writes down who begins and ends to lead, and when. */
function notingIn(changes: string[]) {
  return (who: string) => (isLeader: boolean) => {
    changes.push(`${who} ${isLeader ? 'leads' : 'ends'} at ${clock.monotonic()}`);
  };
}

interface CandidateOptions {
  readonly onChange?: (isLeader: boolean) => void;
  readonly clock?: Clock;
  readonly owner?: OwnerReference;
  readonly random?: () => number;
}

function candidate(identity: string, options: CandidateOptions = {}): LeaderElection {
  const election = createLeaderElection({
    client: server.client(identity),
    lease: { namespace: 'tools', name: 'operator' },
    identity,
    log: recordingLog(),
    clock,
    random: () => 0,
    ...options,
  });
  elections.push(election);
  election.start();
  return election;
}

describe('createLeaderElection', () => {
  it('makes one candidate the leader, and keeps it so while it renews', async () => {
    const a = candidate('a');
    await clock.advance(0);
    const b = candidate('b');

    await clock.advance(120_000);

    await expect(a.acquired).resolves.toBe(true);
    expect([a.isLeader(), b.isLeader()]).toEqual([true, false]);
    expect(server.lease?.spec).toMatchObject({ leaseDurationSeconds: 15, leaseTransitions: 0 });
  });

  it('lets another candidate follow at once when the leader ends', async () => {
    const a = candidate('a');
    await clock.advance(0);
    const b = candidate('b');
    await clock.advance(10_000);

    await a.stop();
    await clock.advance(2000);

    expect(a.isLeader()).toBe(false);
    expect(a.signal.aborted).toBe(true);
    expect(b.isLeader()).toBe(true);
    expect(server.lease?.spec?.leaseTransitions).toBe(1);
  });

  it.each(['down', 'hanging'] as const)(
    'ends the lead ten seconds after the last renewal when the server is %s, before another begins',
    async (state) => {
      const changes: string[] = [];
      const note = notingIn(changes);
      candidate('a', { onChange: note('a') });
      await clock.advance(0);
      candidate('b', { onChange: note('b') });
      await clock.advance(5000);

      server.state.set('a', state);
      await clock.advance(60_000);

      // The last renewal was at 4,000; b sees it at 4,000 as well, and waits for 15 seconds.
      expect(changes).toEqual(['a leads at 0', 'a ends at 14000', 'b leads at 20000']);
      expect(server.writes.filter(({ identity, at }) => identity === 'a' && at > 14_000)).toEqual([]);
    },
  );

  it('ends the lead at the deadline even when timers are early by a part of a millisecond', async () => {
    const early: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms, callback) => clock.after(ms - 0.5, callback),
    };
    const a = candidate('a', { clock: early });
    await clock.advance(0);

    server.state.set('a', 'down');
    await clock.advance(10_000);

    expect(a.signal.aborted).toBe(true);
  });

  it('does not act as the leader when the machine was suspended, even before a timer can tell', async () => {
    const a = candidate('a');
    await clock.advance(0);

    clock.jump(11_000);

    expect(() => a.check()).toThrow('This process is not the leader');
    expect(a.signal.aborted).toBe(true);
  });

  it('goes on as the leader when the clock is set back', async () => {
    const a = candidate('a');
    await clock.advance(0);

    clock.jump(-3_600_000);
    await clock.advance(9999);

    expect(a.isLeader()).toBe(true);
  });

  it('ends the lead in time though the clock was set back and no timer tells', async () => {
    const late: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      // That of the deadline does not fire.
      after: (ms, callback) => (ms > 9000 ? () => undefined : clock.after(ms, callback)),
    };
    const a = candidate('a', { clock: late });
    await clock.advance(0);
    server.state.set('a', 'down');

    clock.jump(-3_600_000);
    await clock.advance(10_000);

    expect(() => a.check()).toThrow('This process is not the leader');
  });

  it('attempts at times of its own, so that candidates do not run in step', async () => {
    candidate('a', { random: () => 0.5 });

    await clock.advance(5000);

    expect(server.writes.map(({ at }) => at)).toEqual([0, 2200, 4400]);
  });

  it('renews without reading, once it leads', async () => {
    candidate('a');

    await clock.advance(10_000);

    expect(server.reads).toBe(1);
    expect(server.writes.map(({ at }) => at)).toEqual([0, 2000, 4000, 6000, 8000, 10_000]);
  });

  it('goes on as the leader when somebody has put a note on the Lease', async () => {
    const a = candidate('a');
    await clock.advance(0);
    const metadata = { ...server.lease?.metadata, resourceVersion: '99', annotations: { note: 'seen' } };
    server.lease = { ...server.lease, metadata };

    await clock.advance(4000);

    expect(a.isLeader()).toBe(true);
    expect(server.reads).toBe(2);
    expect(server.lease?.metadata?.annotations).toEqual({ note: 'seen' });
  });

  it('ends the lead at once when another has taken the Lease', async () => {
    const a = candidate('a');
    await clock.advance(0);
    server.lease = {
      metadata: { ...server.lease?.metadata, resourceVersion: '99' },
      spec: { holderIdentity: 'somebody', leaseDurationSeconds: 15 },
    };

    await clock.advance(2000);

    expect(a.isLeader()).toBe(false);
    expect(a.signal.aborted).toBe(true);
    expect(server.holder()).toBe('somebody');
  });

  it('does not take a Lease from another that looks old by its own times', async () => {
    const renewTime = '1999-01-01T00:00:00.000000Z';
    server.lease = {
      metadata: { uid: 'uid', resourceVersion: '0' },
      spec: { holderIdentity: 'somebody', leaseDurationSeconds: 15, renewTime },
    };
    const a = candidate('a');

    await clock.advance(14_000);
    const before = a.isLeader();
    await clock.advance(2000);

    expect(before).toBe(false);
    expect(a.isLeader()).toBe(true);
  });

  it('makes a Lease that goes with its owner', async () => {
    const owner = { apiVersion: 'v1', kind: 'ServiceAccount', name: 'operator', uid: 'account-uid' };

    candidate('a', { owner });
    await clock.advance(0);

    expect(server.lease?.metadata?.ownerReferences).toEqual([owner]);
  });

  it('does not take the lead from a leader whose Lease somebody has removed', async () => {
    const changes: string[] = [];
    const note = notingIn(changes);
    candidate('a', { onChange: note('a') });
    await clock.advance(0);
    candidate('b', { onChange: note('b') });
    await clock.advance(5000);

    server.lease = undefined;
    server.state.set('a', 'down');
    await clock.advance(60_000);

    // Seen last at 4,000, so b has to wait until 19,000.
    expect(changes).toEqual(['a leads at 0', 'a ends at 14000', 'b leads at 20000']);
  });

  it('makes a Lease anew that somebody has removed', async () => {
    const a = candidate('a');
    await clock.advance(0);
    candidate('b');
    await clock.advance(5000);

    server.lease = undefined;
    await clock.advance(2000);

    expect(server.holder()).toBe('a');
    expect(a.isLeader()).toBe(true);
  });

  it('never leads again after it was stopped as a candidate', async () => {
    candidate('a');
    await clock.advance(0);
    const b = candidate('b');
    await clock.advance(0);

    await b.stop();
    await clock.advance(60_000);

    await expect(b.acquired).resolves.toBe(false);
    expect(server.holder()).toBe('a');
    expect(b.isLeader()).toBe(false);
  });
});
