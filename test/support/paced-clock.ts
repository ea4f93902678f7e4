import { type Clock, systemClock } from '../../operator/kube/clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  cancel: () => void;
}

/** A clock that runs as fast as the real one, or faster for a while, so that a test need not sit through long waits; timers that were set before keep up. */
export class PacedClock implements Clock {
  #pace = 1;
  /** When the pace was set: by the real clock, and by this one. */
  #since = { real: systemClock.monotonic(), own: systemClock.monotonic() };
  readonly #wall = systemClock.now() - systemClock.monotonic();
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#wall + this.monotonic();
  }

  monotonic(): number {
    return this.#since.own + (systemClock.monotonic() - this.#since.real) * this.#pace;
  }

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = { at: this.monotonic() + ms, callback, cancel: () => {} };
    this.#timers.add(timer);
    this.#arm(timer);
    return () => this.#forget(timer);
  }

  /** From now on this many times as fast as the real clock. */
  run(pace: number): void {
    this.#since = { own: this.monotonic(), real: systemClock.monotonic() };
    this.#pace = pace;
    for (const timer of this.#timers) {
      timer.cancel();
      this.#arm(timer);
    }
  }

  #arm(timer: Timer): void {
    const left = Math.max(0, timer.at - this.monotonic());
    timer.cancel = systemClock.after(left / this.#pace, () => {
      // A real timer may be early by a part of a millisecond, which is much where time flies.
      if (this.monotonic() < timer.at) {
        this.#arm(timer);
        return;
      }
      this.#timers.delete(timer);
      timer.callback();
    });
  }

  #forget(timer: Timer): void {
    timer.cancel();
    this.#timers.delete(timer);
  }
}
