import type { RateLimitPolicy } from '../../../config/types.ts';
import { BucketTable } from './table.ts';

/** Token buckets, one for each client: it holds `burst` requests, and is filled by `requests` in each window. */
export class RateLimiter {
  readonly policy: RateLimitPolicy;
  /** Milliseconds that a request takes to come back. */
  readonly #interval: number;
  /** How far in the future a bucket may be full again for there to be a request in it. */
  readonly #tolerance: number;
  #table: BucketTable | null = null;

  /** `workers`: processes over which connections are spread, each of which has its part of the limit. */
  constructor(policy: RateLimitPolicy, workers: number) {
    this.policy = policy;
    this.#interval = (policy.windowMs / policy.requests) * workers;
    this.#tolerance = (Math.ceil(policy.burst / workers) - 1) * this.#interval;
  }

  /**
   * Takes a request out of the client's bucket: 0. Else how many milliseconds it is until there is one; nothing has been taken then. `now`
   * is milliseconds on the monotonic clock.
   */
  take(client: string, now: number): number {
    this.#table ??= new BucketTable();
    const slot = this.#table.slot(client, now);
    const fullAt = Math.max(this.#table.fullAt(slot), now);
    const wait = fullAt - now - this.#tolerance;
    if (wait > ROUNDING) {
      return wait;
    }
    this.#table.fill(slot, fullAt + this.#interval);
    return 0;
  }
}

/** Milliseconds; sums of fractions are not exact. */
const ROUNDING = 1e-6;
