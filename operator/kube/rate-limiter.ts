import type { Clock } from './clock.ts';

/** How long a key must wait before it is tried again. */
export interface RateLimiter {
  /** Milliseconds until the next try; counts as one. */
  next(key: string): number;
  /** How often the key was retried since it was last forgotten. */
  retries(key: string): number;
  /** The key is well: its next failure is its first. */
  forget(key: string): void;
}

export interface RateLimits {
  /** Wait after the first failure of a key, in milliseconds; doubles with each. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** Retries per second, all keys together. */
  readonly perSecond: number;
  /** Retries that may come at once after a quiet time. */
  readonly burst: number;
}

/** What client-go's default controller rate limiter uses. */
export const DEFAULT_RATE_LIMITS: RateLimits = { baseMs: 5, maxMs: 1_000_000, perSecond: 10, burst: 100 };

/** The longer of two waits: exponential per key, and a token bucket for all keys. */
export function createRateLimiter(clock: Clock, limits: RateLimits = DEFAULT_RATE_LIMITS): RateLimiter {
  const failures = new Map<string, number>();
  const takeToken = tokenBucket(clock, limits);
  return {
    next(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      return Math.max(Math.min(limits.baseMs * 2 ** count, limits.maxMs), takeToken());
    },
    retries: (key) => failures.get(key) ?? 0,
    forget: (key) => void failures.delete(key),
  };
}

/** Takes a token from a bucket that may go into debt; gives the milliseconds until the debt is paid. */
function tokenBucket(clock: Clock, { perSecond, burst }: RateLimits): () => number {
  let tokens = burst;
  let filledAt = clock.monotonic();
  return () => {
    const now = clock.monotonic();
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond) - 1;
    filledAt = now;
    return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
  };
}
