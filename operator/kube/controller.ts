import { randomUUID } from 'node:crypto';
import { ApiError, isConflict } from './client/errors.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Logger } from './log.ts';
import type { Metrics, Outcome } from './metrics.ts';
import { createRateLimiter } from './rate-limiter.ts';
import type { ObjectKey } from './types.ts';
import { WorkQueue } from './work-queue.ts';

/** What became of one pass. */
export interface Result {
  /** After how many milliseconds to come back though nothing changed; left out, only a change brings the key back. */
  readonly requeueAfterMs?: number;
}

/** What a pass is given beside its key. */
export interface ReconcileContext {
  /** Fires when the controller stops; a pass may write nothing after that. */
  readonly signal: AbortSignal;
  /** How many passes for this key have failed since the last one that did not. */
  readonly failures: number;
  /** Adds the controller, the key and the pass to what it reports. */
  readonly log: Logger;
}

/**
 * Makes the world as it should be for one key, whatever happened to it before. An error brings the key back with back-off. Of one
 * controller no two passes for the same key run at the same time.
 */
export type Reconcile = (key: ObjectKey, context: ReconcileContext) => Promise<Result>;

/** Runs `reconcile` for the keys that are put in. */
export interface Controller {
  /** Asks for a pass for this key, soon. Many requests before the pass begins are one pass; one during it makes another afterwards. */
  enqueue(key: ObjectKey): void;
  /** Starts the workers. Keys may be put in before. */
  start(): void;
  /** Begins no new pass, signals those that run, and resolves when they have ended. */
  stop(): Promise<void>;
}

export interface ControllerOptions {
  /** Lower case; in logs and metrics. */
  readonly name: string;
  readonly reconcile: Reconcile;
  readonly log: Logger;
  /** How many keys are worked on at a time; 1 if left out. */
  readonly workers?: number;
  readonly clock?: Clock;
  readonly metrics?: Metrics;
  /** Makes the id of a pass; random if left out. */
  readonly newId?: () => string;
}

export function createController(options: ControllerOptions): Controller {
  const { name, reconcile, workers = 1, clock = systemClock, metrics, newId = randomUUID } = options;
  const log = options.log.child({ controller: name });
  const observeQueue = metrics?.queue(name, () => ({ depth: queue.depth, working: queue.workingTimes() }));
  const observe = metrics?.controller(name, workers);
  const queue = new WorkQueue({
    clock,
    rateLimiter: createRateLimiter(clock),
    ...(observeQueue === undefined ? {} : { observer: observeQueue }),
  });
  const stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();

  async function pass(key: string): Promise<Outcome> {
    const object = parseKey(key);
    const passLog = log.child({ ...object, reconcileID: newId() });
    try {
      const context = { signal: stopping.signal, failures: queue.retries(key), log: passLog };
      const { requeueAfterMs } = await reconcile(object, context);
      queue.forget(key);
      if (requeueAfterMs === undefined) return 'success';
      queue.addAfter(key, requeueAfterMs);
      return 'requeue_after';
    } catch (error) {
      if (stopping.signal.aborted) return 'requeue';
      queue.addRateLimited(key, error instanceof ApiError ? error.retryAfterMs : 0);
      if (isConflict(error)) {
        passLog.debug({ err: error }, 'The object changed meanwhile; trying again');
        return 'requeue';
      }
      passLog.error({ err: error }, 'Reconciliation failed; trying again');
      return 'error';
    }
  }

  async function work(): Promise<void> {
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      const began = clock.monotonic();
      observe?.began();
      const outcome = await pass(key);
      observe?.ended(outcome, clock.monotonic() - began);
      queue.done(key);
    }
  }

  return {
    enqueue: (key) => queue.add(formatKey(key)),
    start() {
      running = Promise.all(Array.from({ length: workers }, work));
    },
    async stop() {
      stopping.abort(new Error(`Controller ${name} is stopping`));
      await queue.shutDown();
      await running;
    },
  };
}

function formatKey({ namespace, name }: ObjectKey): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/');
  return slash === -1 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
