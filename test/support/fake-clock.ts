import type { Clock } from '../../operator/kube/clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until the test makes time pass. */
export class FakeClock implements Clock {
  #wall: number;
  #monotonic = 0;
  readonly #timers = new Set<Timer>();

  constructor(start = '2026-01-01T00:00:00Z') {
    this.#wall = Date.parse(start);
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#monotonic + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many callbacks are waiting. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass, with everything that becomes due on the way, in its order. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await turn();
    for (let timer = this.#due(end); timer !== undefined; timer = this.#due(end)) {
      this.#timers.delete(timer);
      this.#passUntil(timer.at);
      timer.callback();
      await turn();
    }
    this.#passUntil(end);
    await turn();
  }

  /** The wall clock alone is set, as it happens when a machine was suspended or its time was corrected. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  #due(end: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }

  #passUntil(at: number): void {
    this.#wall += at - this.#monotonic;
    this.#monotonic = at;
  }
}

/** Lets everything run that needs no time. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
