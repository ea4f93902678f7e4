import { beforeEach, describe, expect, it } from '@jest/globals';
import { load } from '../../test/support/data-plane.ts';
import { proxyConfig } from '../../test/support/proxy-config.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { RejectedConfig } from '../config/status.ts';
import { Rollout } from './rollout.ts';

interface Worker {
  ready: boolean;
  serves: string | null;
  takingOver: string | null;
  sent: string[];
}

let workers: Worker[];
let served: string[];
let rejected: RejectedConfig[];
let rollout: Rollout<Worker>;

const [first, second] = [load(proxyConfig(), {}), load(proxyConfig(), {})];

beforeEach(() => {
  workers = [worker(), worker()];
  served = [];
  rejected = [];
  rollout = new Rollout<Worker>({
    workers: () => workers,
    apply: (worker, { digest }) => worker.sent.push(digest),
    onServed: ({ digest }) => served.push(digest),
    onRejected: (rejection) => rejected.push(rejection),
  });
});

function worker(ready = true): Worker {
  return { ready, serves: null, takingOver: null, sent: [] };
}

function take(loaded: LoadedConfig): void {
  rollout.take({ state: 'Loaded', loaded, files: [] });
}

function applied(worker: Worker | undefined, { digest }: LoadedConfig): void {
  Object.assign(worker ?? {}, { serves: digest, takingOver: null });
  rollout.workerApplied();
}

function serveEverywhere(loaded: LoadedConfig): void {
  take(loaded);
  for (const worker of workers) {
    applied(worker, loaded);
  }
}

describe('Rollout', () => {
  it('counts a configuration as served when the last worker serves it', () => {
    take(first);
    applied(workers[0], first);
    expect(served).toEqual([]);

    applied(workers[1], first);

    expect(served).toEqual([first.digest]);
    expect(rollout.served).toBe(first);
  });

  it('sends a worker that comes later what the others serve', () => {
    serveEverywhere(first);
    const late = worker(false);
    workers.push(late);

    rollout.workerReady(late);
    late.ready = true;
    rollout.workerReady(late);
    rollout.workerReady(late);

    expect(late.sent).toEqual([first.digest]);
  });

  it('goes back everywhere when one worker refuses', () => {
    serveEverywhere(first);
    take(second);
    applied(workers[0], second);

    rollout.workerRefused(second.digest, 'no such cipher');

    expect(rejected).toEqual([
      { configHash: second.hash, kind: 'Invalid', errors: [{ path: '', message: 'no such cipher' }] },
    ]);
    expect(rollout.served).toBe(first);
    expect(workers.map(({ sent }) => sent.at(-1))).toEqual([first.digest, first.digest]);
  });

  it('keeps what is served when the next one is invalid, and takes the same up again when it is back', () => {
    serveEverywhere(first);
    const errors = [{ path: 'version', message: 'is 2: give 1' }];

    rollout.take({ state: 'Invalid', hash: 'x', errors, files: [] });
    const whileInvalid = rollout.rejected;
    take(first);

    expect(whileInvalid).toEqual({ configHash: 'x', kind: 'Invalid', errors });
    expect(rollout.rejected).toBeNull();
    expect(rollout.served).toBe(first);
    expect(workers[0]?.sent).toEqual([first.digest]);
  });

  it('lets a newer configuration overtake one that is being taken over', () => {
    serveEverywhere(first);
    take(second);

    take(first);

    expect(workers[0]?.sent).toEqual([first.digest, second.digest, first.digest]);
    expect(served).toEqual([first.digest]);
    for (const worker of workers) {
      applied(worker, first);
    }
    expect(served).toEqual([first.digest, first.digest]);
    expect(rollout.rejected).toBeNull();
  });

  it('gives a configuration up that workers die of, and not for one death', () => {
    serveEverywhere(first);
    take(second);
    const die = (): void => {
      const [dead, ...others] = workers;
      const replacement = worker();
      workers = [...others, replacement];
      rollout.workerEnded(dead ?? worker());
      rollout.workerReady(replacement);
    };

    die();
    die();
    expect(rejected).toEqual([]);
    die();

    expect(rejected).toMatchObject([{ configHash: second.hash, kind: 'Invalid' }]);
    expect(workers.map(({ sent }) => sent.at(-1))).toEqual([first.digest, first.digest]);
  });

  it('is done without a worker that has ended', () => {
    take(first);
    applied(workers[0], first);
    const dead = workers.pop();

    rollout.workerEnded(dead ?? worker());

    expect(served).toEqual([first.digest]);
  });
});
