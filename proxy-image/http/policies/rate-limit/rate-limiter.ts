import type { RateLimitPolicy } from '../../../config/types.ts';
import { halfSipHash } from './half-sip-hash.ts';
import type { HashKey } from './half-sip-hash.ts';
import { eachSpent, Spending } from './spending.ts';
import type { SpentWords } from './spending.ts';
import { BucketTable } from './table.ts';

/** What a limiter shares with those of other processes. */
export interface Sharing {
  /** What clients are hashed with, the same in all of them. */
  readonly key: HashKey;
  /** Is told when something has been spent since the last time that it was drained. */
  readonly onSpent: () => void;
}

/** Token buckets, one for each client: it holds `burst` requests, and is filled by `requests` in each window. */
export class RateLimiter {
  readonly policy: RateLimitPolicy;
  readonly #key: HashKey;
  /** Milliseconds that a request takes to come back. */
  readonly #interval: number;
  /** How far in the future a bucket may be full again for there to be a request in it. */
  readonly #tolerance: number;
  /** What other processes are to be told; null where there are none. */
  readonly #spending: Spending | null;
  readonly #onSpent: () => void;
  #table: BucketTable | null = null;

  /** `onSpent` is null where no other process lets requests of the same clients through. */
  constructor(
    policy: RateLimitPolicy,
    { key, onSpent }: Pick<Sharing, 'key'> & Nullable<Sharing, 'onSpent'>,
  ) {
    this.policy = policy;
    this.#key = key;
    this.#interval = policy.windowMs / policy.requests;
    this.#tolerance = (policy.burst - 1) * this.#interval;
    this.#spending = onSpent === null ? null : new Spending();
    this.#onSpent = onSpent ?? ignore;
  }

  /**
   * Takes a request out of the client's bucket: 0. Else how many milliseconds it is until there is one; nothing has been taken then. `now`
   * is milliseconds on the monotonic clock.
   */
  take(client: string, now: number): number {
    this.#table ??= new BucketTable();
    const hash = halfSipHash(client, this.#key);
    const slot = this.#table.slot(hash, now);
    const fullAt = Math.max(this.#table.fullAt(slot), now);
    const wait = fullAt - now - this.#tolerance;
    if (wait > ROUNDING) {
      return wait;
    }
    this.#table.fill(slot, fullAt + this.#interval);
    if (this.#spending !== null) {
      this.#spending.add(hash);
      this.#onSpent();
    }
    return 0;
  }

  /** What clients have taken here since the last time; null for nothing. */
  drain(): SpentWords | null {
    return this.#spending?.drain() ?? null;
  }

  /** Takes out of the buckets what clients have taken out of those of another process, even if there is less in them. */
  spentElsewhere(words: SpentWords, now: number): void {
    const table = (this.#table ??= new BucketTable());
    eachSpent(words, (hash, count) => {
      const slot = table.slot(hash, now);
      table.fill(slot, Math.max(table.fullAt(slot), now) + count * this.#interval);
    });
  }
}

type Nullable<T, K extends keyof T> = { readonly [P in K]: T[P] | null };

/** Milliseconds; sums of fractions are not exact. */
const ROUNDING = 1e-6;

function ignore(): void {}
