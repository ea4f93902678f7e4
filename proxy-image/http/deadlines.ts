/** Something that is to be looked at now and then. */
export interface Ticking {
  /** `now` is that of the {@link Deadlines}, in milliseconds. */
  tick(now: number): void;
}

/** How often everything is looked at, and so how late a timeout may be. Milliseconds. */
const INTERVAL = 250;

/**
 * One timer for the timeouts of all connections: each keeps its deadline as a number, which costs nothing to move, and finds out at a tick
 * whether it has passed. The timer runs only while there are connections.
 *
 * Its clock counts only the time in which this process ran: after a pause (a suspended machine, a starved container) what clients have sent
 * meanwhile is still to be read, and no deadline may pass before.
 */
export class Deadlines {
  readonly #all = new Set<Ticking>();
  readonly #interval: number;
  #timer: NodeJS.Timeout | null = null;
  #now = 0;
  #tickedAt = 0;

  constructor(interval = INTERVAL) {
    this.#interval = interval;
  }

  /** The time of the last tick, in milliseconds: exact enough for a deadline, and for free. Not to be compared with any other clock. */
  get now(): number {
    return this.#now;
  }

  add(item: Ticking): void {
    this.#all.add(item);
    if (this.#timer === null) {
      this.#tickedAt = performance.now();
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
    const at = performance.now();
    // A busy process ticks a little late, so some lateness is time that has passed all the same.
    this.#now += Math.min(at - this.#tickedAt, 2 * this.#interval);
    this.#tickedAt = at;
    for (const item of this.#all) {
      item.tick(this.#now);
    }
  }
}
