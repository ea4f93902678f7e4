/** How long it may take until a reset is noticed on a connection that is not read from. Milliseconds. */
const INTERVAL = 1_000;

export interface Stalled {
  /** Told now and then as long as it is stalled. */
  stalled(): void;
}

/** Those whose source is not read from, because what was read can't be written. */
class Stalls {
  readonly #stalled = new Set<Stalled>();
  #timer: NodeJS.Timeout | null = null;

  add(stalled: Stalled): void {
    this.#stalled.add(stalled);
    this.#timer ??= setInterval(() => this.#look(), INTERVAL).unref();
  }

  delete(stalled: Stalled): void {
    this.#stalled.delete(stalled);
  }

  #look(): void {
    for (const stalled of this.#stalled) {
      stalled.stalled();
    }
    if (this.#stalled.size === 0) {
      clearInterval(this.#timer ?? undefined);
      this.#timer = null;
    }
  }
}

export const stalls = new Stalls();
