/** Something that is to be looked at now and then. */
export interface Ticking {
  /** `now` is milliseconds on the monotonic clock. */
  tick(now: number): void;
}

/** How often everything is looked at, and so how late a timeout may be. Milliseconds. */
const INTERVAL = 250;

/**
 * One timer for the timeouts of all connections: each keeps its deadline as a number, which costs nothing to move, and finds out at a tick
 * whether it has passed. The timer runs only while there are connections.
 */
export class Deadlines {
  readonly #all = new Set<Ticking>();
  readonly #interval: number;
  #timer: NodeJS.Timeout | null = null;
  #now = performance.now();

  constructor(interval = INTERVAL) {
    this.#interval = interval;
  }

  /** The time of the last tick: exact enough for a deadline, and for free. */
  get now(): number {
    return this.#now;
  }

  add(item: Ticking): void {
    this.#all.add(item);
    if (this.#timer === null) {
      this.#now = performance.now();
      this.#timer = setInterval(() => this.#tick(), this.#interval);
    }
  }

  delete(item: Ticking): void {
    this.#all.delete(item);
    if (this.#all.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }

  #tick(): void {
    this.#now = performance.now();
    for (const item of this.#all) {
      item.tick(this.#now);
    }
  }
}
