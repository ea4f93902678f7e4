import { performance } from 'node:perf_hooks';

/** Time, so that tests can make it pass. */
export interface Clock {
  /** The wall clock, in milliseconds since 1970. It can jump. */
  now(): number;
  /** Milliseconds since some moment. It never goes back, but stands still while the machine is suspended. */
  monotonic(): number;
  /** Calls back once after `ms` milliseconds, unless the function it returns was called before. */
  after(ms: number, callback: () => void): () => void;
}

/** Numbers from 0 to 1, 1 excluded. */
export type Random = () => number;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` milliseconds, or as soon as `signal` fires. */
export async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(ms, resolve);
  const wake = () => resolve();
  signal.addEventListener('abort', wake, { once: true });
  await promise;
  cancel();
  signal.removeEventListener('abort', wake);
}
