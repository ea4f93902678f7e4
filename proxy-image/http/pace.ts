import type { MinimumRate } from '../config/types.ts';

/**
 * Time between two looks that is counted at most, milliseconds: when the proxy itself has stood still for longer, nobody knows what its
 * clients did meanwhile.
 */
const LONGEST_LOOK = 1_000;

/**
 * How fast a client does what it is waited for. Time passes against it, and every byte gives it back the time that the byte may take, up
 * to the whole tolerance: a client that stands still has used it up when it is over, one at half the rate after twice as long, and one
 * that keeps the rate never has.
 */
export class Pace {
  /** Milliseconds of the tolerance that are used up. */
  #spent = 0;
  /** Null while nothing is waited for. */
  #lookedAt: number | null = null;
  #moved = 0;

  /** Nothing is waited for. */
  rest(): void {
    this.#spent = 0;
    this.#lookedAt = null;
  }

  /**
   * To be called at every tick while the client is waited for; true when it is too slow.
   *
   * @param now milliseconds on the monotonic clock
   * @param moved bytes that have been moved so far
   * @param waits how many requests the bytes are for, each of which may expect the rate
   */
  isTooSlow(rate: MinimumRate, now: number, moved: number, waits = 1): boolean {
    const elapsed = Math.min(now - (this.#lookedAt ?? now), LONGEST_LOOK);
    const earned = (Math.max(0, moved - this.#moved) * 1_000) / (rate.bytesPerSecond * waits);
    this.#lookedAt = now;
    this.#moved = moved;
    this.#spent = Math.max(0, this.#spent + elapsed - earned);
    return this.#spent >= rate.tolerance;
  }
}

/** For the log. */
export function describeRate({ bytesPerSecond, tolerance }: MinimumRate): string {
  return `slower than ${bytesPerSecond} bytes a second for longer than ${tolerance / 1_000} s`;
}
