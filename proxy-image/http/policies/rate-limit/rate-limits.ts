import type { RateLimitPolicy } from '../../../config/types.ts';
import { RateLimiter } from './rate-limiter.ts';

/** Gives the policy of a frontend or of a route its limiter. `place` tells them apart. */
export type LimiterSource = (policy: RateLimitPolicy, place: string) => RateLimiter;

/** The limiters of a process. They outlive a reload that does not change them: nobody gets a full bucket by it. */
export class RateLimits {
  readonly #workers: number;
  /** By frontend. */
  readonly #known = new Map<string, ReadonlyMap<string, RateLimiter>>();

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** For a new generation of a frontend; what it does not ask for is forgotten with the next one. */
  generation(frontend: string): LimiterSource {
    const before = this.#known.get(frontend);
    const limiters = new Map<string, RateLimiter>();
    this.#known.set(frontend, limiters);
    return (policy, place) => {
      const key = JSON.stringify([place, policy]);
      const limiter = limiters.get(key) ?? before?.get(key) ?? new RateLimiter(policy, this.#workers);
      limiters.set(key, limiter);
      return limiter;
    };
  }
}
