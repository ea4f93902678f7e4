import { randomInt } from 'node:crypto';
import type { RateLimitPolicy } from '../../../config/types.ts';
import type { HashKey } from './half-sip-hash.ts';
import { RateLimiter } from './rate-limiter.ts';
import type { Spent } from './spending.ts';

/** Gives the policy of a frontend or of a route its limiter. `place` tells them apart. */
export type LimiterSource = (policy: RateLimitPolicy, place: string) => RateLimiter;

/** Passes on what clients have spent in this process; null where there are no others. */
export type TellSpent = (spent: readonly Spent[]) => void;

/** From a first request until other processes are told of it, and of all that have come meanwhile. Milliseconds. */
const DELAY = 100;

/** A key that nobody can guess. */
export function makeHashKey(): HashKey {
  return [randomInt(2 ** 32), randomInt(2 ** 32)];
}

/**
 * The limiters of a process. They outlive a reload that does not change them: nobody gets a full bucket by it. Those of several processes
 * tell each other what they have let through, so that a client's bucket is one for all of them, if a moment late.
 */
export class RateLimits {
  readonly #tell: TellSpent | null;
  /** By frontend. */
  readonly #known = new Map<string, ReadonlyMap<string, RateLimiter>>();
  #key: HashKey | null = null;
  /** Whether there is something to tell, and a timer for it. */
  #isTelling = false;

  constructor(tell: TellSpent | null) {
    this.#tell = tell;
  }

  /** What clients are hashed with: to be called before there is a limiter, and with the same key in all processes. */
  shareKey(key: HashKey): void {
    this.#key ??= key;
  }

  /** For a new generation of a frontend; what it does not ask for is forgotten with the next one. */
  generation(frontend: string): LimiterSource {
    const before = this.#known.get(frontend);
    const limiters = new Map<string, RateLimiter>();
    this.#known.set(frontend, limiters);
    return (policy, place) => {
      const name = JSON.stringify([place, policy]);
      const limiter = limiters.get(name) ?? before?.get(name) ?? this.#make(policy);
      limiters.set(name, limiter);
      return limiter;
    };
  }

  /** Takes note of what clients have spent in another process. */
  spentElsewhere(spent: readonly Spent[]): void {
    const now = performance.now();
    for (const { frontend, limit, words } of spent) {
      this.#known.get(frontend)?.get(limit)?.spentElsewhere(words, now);
    }
  }

  #make(policy: RateLimitPolicy): RateLimiter {
    this.#key ??= makeHashKey();
    return new RateLimiter(policy, { key: this.#key, onSpent: this.#tell === null ? null : this.#onSpent });
  }

  readonly #onSpent = (): void => {
    if (!this.#isTelling) {
      this.#isTelling = true;
      setTimeout(() => this.#tellAll(), DELAY).unref();
    }
  };

  #tellAll(): void {
    this.#isTelling = false;
    const spent: Spent[] = [];
    for (const [frontend, limiters] of this.#known) {
      for (const [limit, limiter] of limiters) {
        const words = limiter.drain();
        if (words !== null) {
          spent.push({ frontend, limit, words });
        }
      }
    }
    this.#tell?.(spent);
  }
}
