import type { Clock } from './clock.ts';

/** A piece of work that several parties can call off; the first one's reason counts. */
export interface Abortable {
  readonly signal: AbortSignal;
  abort(reason: Error): void;
  /** Lets go of the signals that it depends on. `AbortSignal.any` has no such thing, and sources here live as long as the process. */
  release(): void;
}

/** Work that is called off when any of `sources` fires. */
export function abortable(...sources: readonly (AbortSignal | undefined)[]): Abortable {
  const controller = new AbortController();
  const releases: (() => void)[] = [];
  for (const source of sources) {
    if (source === undefined) continue;
    const abort = () => controller.abort(source.reason);
    if (source.aborted) abort();
    source.addEventListener('abort', abort, { once: true });
    releases.push(() => source.removeEventListener('abort', abort));
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release() {
      for (const release of releases) release();
    },
  };
}

/** Runs `work`, and calls it off with `reason` when it has not ended after `ms` milliseconds. */
export async function withTimeLimit<T>(
  limit: { readonly clock: Clock; readonly ms: number; readonly reason: string },
  sources: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const task = abortable(...sources);
  const cancel = limit.clock.after(limit.ms, () => task.abort(new Error(limit.reason)));
  try {
    return await work(task.signal);
  } finally {
    cancel();
    task.release();
  }
}
