/** The first wait before a server that failed is asked again, and the longest; each failure doubles it. Milliseconds. */
const FIRST_BACKOFF = 1_000;
const LONGEST_BACKOFF = 30_000;

/**
 * What the last attempts at something say about a server (passive health). A server that failed is not excluded: it goes to the end of
 * the order until its back-off has passed, and then one attempt at a time finds out whether it is back. Times are milliseconds on a
 * monotonic clock.
 */
export class Health {
  #failures = 0;
  #avoidedUntil = 0;
  #state: 'Unknown' | 'Up' | 'Down' = 'Unknown';
  #message: string | undefined;

  get state(): 'Unknown' | 'Up' | 'Down' {
    return this.#state;
  }

  /** Why it is down. */
  get message(): string | undefined {
    return this.#message;
  }

  avoided(now: number): boolean {
    return this.#failures > 0 && now < this.#avoidedUntil;
  }

  /** An attempt begins: while it finds out whether a failed server is back, everybody else keeps avoiding that server. */
  attempting(now: number): void {
    if (this.#failures > 0) {
      this.#avoidedUntil = Math.max(this.#avoidedUntil, now + backoff(this.#failures));
    }
  }

  /** True when it has been down until now. */
  succeeded(): boolean {
    const back = this.#state === 'Down';
    this.#failures = 0;
    this.#state = 'Up';
    this.#message = undefined;
    return back;
  }

  failed(now: number, message: string): void {
    this.#failures += 1;
    this.#avoidedUntil = now + backoff(this.#failures);
    this.#state = 'Down';
    this.#message = message;
  }
}

function backoff(failures: number): number {
  return Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (failures - 1));
}
