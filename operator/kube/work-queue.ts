import type { Clock } from './clock.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** What a queue tells of itself while it works; times in milliseconds. */
export interface QueueObserver {
  added(): void;
  taken(waited: number): void;
  finished(worked: number): void;
  retried(): void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly rateLimiter: RateLimiter;
  readonly observer?: QueueObserver;
}

/**
 * client-go's work queue: keys, first in, first out. A key is in it once, however often it is added; one that is added while it is being
 * worked on comes again afterwards, so that no key is ever worked on twice at a time and no change is missed.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #rateLimiter: RateLimiter;
  readonly #observer: QueueObserver | undefined;
  /** Keys that wait for a worker, with the time since when; in the order of their turn. */
  readonly #queued = new Map<string, number>();
  /** Keys that are being worked on, with the time since when. */
  readonly #processing = new Map<string, number>();
  /** Keys that were added while they were being worked on. */
  readonly #again = new Set<string>();
  /** Keys that are to be added later. */
  readonly #delayed = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  /** Workers that wait for a key. */
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #shutDown = false;

  constructor({ clock, rateLimiter, observer }: WorkQueueOptions) {
    this.#clock = clock;
    this.#rateLimiter = rateLimiter;
    this.#observer = observer;
  }

  /** How many keys wait for a worker. */
  get depth(): number {
    return this.#queued.size;
  }

  /** For how long each key that is being worked on has been, in milliseconds. */
  workingTimes(): readonly number[] {
    const now = this.#clock.monotonic();
    return [...this.#processing.values()].map((since) => now - since);
  }

  add(key: string): void {
    if (this.#shutDown || this.#queued.has(key) || this.#again.has(key)) return;
    this.#observer?.added();
    if (this.#processing.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#enqueue(key);
  }

  /** Adds the key after `ms` milliseconds; of several such requests the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#shutDown) return;
    if (ms <= 0) {
      this.add(key);
      return;
    }
    const at = this.#clock.monotonic() + ms;
    const earlier = this.#delayed.get(key);
    if (earlier !== undefined && earlier.at <= at) return;
    earlier?.cancel();
    const cancel = this.#clock.after(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { at, cancel });
  }

  /** Adds the key when the rate limiter allows, and not before `atLeastMs` milliseconds have passed. */
  addRateLimited(key: string, atLeastMs = 0): void {
    this.#observer?.retried();
    this.addAfter(key, Math.max(this.#rateLimiter.next(key), atLeastMs));
  }

  /** How often the key was added by the rate limiter since it was last forgotten. */
  retries(key: string): number {
    return this.#rateLimiter.retries(key);
  }

  /** The key is well: its next failure is its first. */
  forget(key: string): void {
    this.#rateLimiter.forget(key);
  }

  /** The next key, to be given back by `done`; undefined when the queue was shut down. */
  async take(): Promise<string | undefined> {
    if (this.#shutDown) return undefined;
    const next = this.#queued.entries().next();
    if (!next.done) return this.#begin(...next.value);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#takers.push(resolve);
    return promise;
  }

  /** Whoever took the key has ended. */
  done(key: string): void {
    const since = this.#processing.get(key);
    if (since === undefined) return;
    this.#processing.delete(key);
    this.#observer?.finished(this.#clock.monotonic() - since);
    if (this.#again.delete(key)) this.#enqueue(key);
    if (this.#processing.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Forgets what waits, takes nothing more, and resolves when what is being worked on has ended. */
  async shutDown(): Promise<void> {
    this.#shutDown = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#queued.clear();
    this.#again.clear();
    for (const resolve of this.#takers.splice(0)) resolve(undefined);
    if (this.#processing.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.push(resolve);
    await promise;
  }

  #enqueue(key: string): void {
    const now = this.#clock.monotonic();
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#queued.set(key, now);
      return;
    }
    taker(this.#begin(key, now));
  }

  #begin(key: string, since: number): string {
    const now = this.#clock.monotonic();
    this.#queued.delete(key);
    this.#processing.set(key, now);
    this.#observer?.taken(now - since);
    return key;
  }
}
