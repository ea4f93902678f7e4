/** Retries per request in the long run. */
const SHARE = 0.2;

/** What there is in addition, so that a few requests can be tried again on a quiet system: at the beginning, and per second. */
const RESERVE = 20;
const PER_SECOND = 10;

/** More is not saved up. */
const MOST = 100;

/**
 * How often requests may be tried again: when everything fails, trying again would double the load on what is left. Times are
 * milliseconds on a monotonic clock.
 */
export class RetryBudget {
  #left = RESERVE;
  #filledAt: number;

  constructor(now: number) {
    this.#filledAt = now;
  }

  /** A request has come. */
  earn(): void {
    this.#left = Math.min(MOST, this.#left + SHARE);
  }

  /** Takes one retry out; false when there is none left. */
  take(now: number): boolean {
    const seconds = (now - this.#filledAt) / 1_000;
    this.#filledAt = now;
    // Time alone does not save up more than the reserve.
    this.#left = Math.max(this.#left, Math.min(RESERVE, this.#left + seconds * PER_SECOND));
    if (this.#left < 1) {
      return false;
    }
    this.#left -= 1;
    return true;
  }
}
