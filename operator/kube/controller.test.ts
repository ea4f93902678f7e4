import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock, turn } from '../../test/support/fake-clock.ts';
import { recordingLog } from '../../test/support/recording-log.ts';
import { ApiError } from './client/errors.ts';
import { type Controller, type Reconcile, createController } from './controller.ts';
import { createMetrics } from './metrics.ts';
import type { ObjectKey } from './types.ts';

const KEY: ObjectKey = { namespace: 'tools', name: 'twc' };

let clock: FakeClock;
let log: ReturnType<typeof recordingLog>;
let controller: Controller | undefined;

beforeEach(() => {
  clock = new FakeClock();
  log = recordingLog();
});

afterEach(async () => {
  await controller?.stop();
  controller = undefined;
});

function start(reconcile: Reconcile, workers = 1): Controller {
  controller = createController({ name: 'proxy', reconcile, log, workers, clock, newId: () => 'pass-1' });
  controller.start();
  return controller;
}

/** A reconciler whose passes end when the test says so. */
function held() {
  const started: ObjectKey[] = [];
  const releases: (() => void)[] = [];
  const reconcile: Reconcile = async (key) => {
    started.push(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    releases.push(resolve);
    await promise;
    return {};
  };
  return { started, reconcile, release: () => releases.shift()?.() };
}

describe('createController', () => {
  it('makes one pass of many requests, and another of one that comes during it', async () => {
    const passes = held();
    const proxy = start(passes.reconcile);
    proxy.enqueue(KEY);
    proxy.enqueue(KEY);
    await turn();
    proxy.enqueue(KEY);
    await turn();
    const duringFirst = passes.started.length;

    passes.release();
    await turn();
    passes.release();
    await turn();

    expect(duringFirst).toBe(1);
    expect(passes.started).toEqual([KEY, KEY]);
  });

  it('works on as many keys at a time as it has workers', async () => {
    const passes = held();
    const proxy = start(passes.reconcile, 2);

    for (const name of ['a', 'b', 'c']) proxy.enqueue({ namespace: 'tools', name });
    await turn();

    expect(passes.started.map(({ name }) => name)).toEqual(['a', 'b']);
    for (let pass = 0; pass < 3; pass += 1) {
      passes.release();
      await turn();
    }
    expect(passes.started.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('comes back after the time that a pass asks for', async () => {
    let passes = 0;
    const proxy = start(async () => {
      passes += 1;
      return { requeueAfterMs: 60_000 };
    });
    proxy.enqueue(KEY);

    await clock.advance(59_999);
    const before = passes;
    await clock.advance(1);

    expect(before).toBe(1);
    expect(passes).toBe(2);
  });

  it('retries a failing key with growing pauses, and reports which pass failed', async () => {
    const times: number[] = [];
    const failures: number[] = [];
    const proxy = start(async (_, context) => {
      times.push(clock.monotonic());
      failures.push(context.failures);
      if (times.length <= 3) throw new Error('no route to host');
      return {};
    });

    proxy.enqueue(KEY);
    await clock.advance(10_000);

    expect(times).toEqual([0, 5, 15, 35]);
    expect(failures).toEqual([0, 1, 2, 3]);
    expect(log.entries).toHaveLength(3);
    expect(log.entries[0]).toMatchObject({
      level: 'error',
      message: 'Reconciliation failed; trying again',
      fields: { controller: 'proxy', namespace: 'tools', name: 'twc', reconcileID: 'pass-1' },
    });
  });

  it('begins with short pauses again once a pass has succeeded', async () => {
    const times: number[] = [];
    const proxy = start(async () => {
      times.push(clock.monotonic());
      if (times.length !== 3) throw new Error('no route to host');
      return {};
    });
    proxy.enqueue(KEY);
    await clock.advance(1000);

    proxy.enqueue(KEY);
    await clock.advance(5);

    expect(times).toEqual([0, 5, 15, 1000, 1005]);
  });

  it('retries a conflict without an error in the log', async () => {
    let passes = 0;
    const proxy = start(async () => {
      passes += 1;
      if (passes === 1) throw new ApiError({ status: 409, reason: 'Conflict', message: 'changed' });
      return {};
    });

    proxy.enqueue(KEY);
    await clock.advance(5);

    expect(passes).toBe(2);
    expect(log.entries.map(({ level }) => level)).toEqual(['debug']);
  });

  it('leaves the server alone for as long as it asks', async () => {
    const times: number[] = [];
    const proxy = start(async () => {
      times.push(clock.monotonic());
      if (times.length === 1) {
        throw new ApiError({
          status: 429,
          reason: 'TooManyRequests',
          message: 'later',
          retryAfterMs: 90_000,
        });
      }
      return {};
    });

    proxy.enqueue(KEY);
    await clock.advance(90_000);

    expect(times).toEqual([0, 90_000]);
  });

  it('when stopped, signals the running pass, waits for it and begins no other', async () => {
    const aborted: boolean[] = [];
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const proxy = start(async (_key, { signal }) => {
      await mayEnd;
      aborted.push(signal.aborted);
      signal.throwIfAborted();
      return {};
    });
    proxy.enqueue(KEY);
    await turn();
    proxy.enqueue(KEY);
    let stopped = false;
    const stopping = proxy.stop().then(() => {
      stopped = true;
    });
    await turn();
    const stoppedDuringPass = stopped;

    end();
    await stopping;

    expect(stoppedDuringPass).toBe(false);
    expect(aborted).toEqual([true]);
    expect(log.entries).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('counts passes and queue under the names that dashboards know', async () => {
    const metrics = createMetrics();
    let passes = 0;
    controller = createController({
      name: 'proxy',
      async reconcile() {
        passes += 1;
        if (passes === 1) throw new Error('no route to host');
        return {};
      },
      log,
      clock,
      metrics,
    });
    controller.start();

    controller.enqueue(KEY);
    await clock.advance(10);
    const text = await metrics.registry.metrics();

    expect(text).toContain('controller_runtime_reconcile_total{controller="proxy",result="error"} 1');
    expect(text).toContain('controller_runtime_reconcile_total{controller="proxy",result="success"} 1');
    expect(text).toContain('controller_runtime_reconcile_errors_total{controller="proxy"} 1');
    expect(text).toContain('controller_runtime_max_concurrent_reconciles{controller="proxy"} 1');
    expect(text).toContain('controller_runtime_active_workers{controller="proxy"} 0');
    expect(text).toContain('controller_runtime_reconcile_time_seconds_count{controller="proxy"} 2');
    expect(text).toContain('workqueue_adds_total{name="proxy"} 2');
    expect(text).toContain('workqueue_retries_total{name="proxy"} 1');
    expect(text).toContain('workqueue_depth{name="proxy"} 0');
  });
});
