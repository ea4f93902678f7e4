/**
 * Runs only so many of what it is given at a time; the others wait for their turn, in their order. Names that clients make up may take long
 * to be looked up, and those of backends are looked up by the same few threads.
 */
export class FewAtATime {
  readonly #most: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // Who was waiting goes on in the place of this one.
      if (next === undefined) {
        this.#running -= 1;
      } else {
        next();
      }
    }
  }
}
