/** More workers than this share no listener, unless somebody asks for them. */
const MAX_WORKERS = 8;

/** Open connections by source. It holds no more entries than there are connections. */
export class SourceTable {
  readonly #open = new Map<string, number>();
  /** Those of other workers, which count towards the limit as well. */
  elsewhere: ReadonlyMap<string, number> = new Map();

  get size(): number {
    return this.#open.size;
  }

  /** Counts one more, unless there are `limit` already; true when it was counted. */
  enter(source: string, limit: number): boolean {
    const open = this.#open.get(source) ?? 0;
    if (open + (this.elsewhere.get(source) ?? 0) >= limit) {
      return false;
    }
    this.#open.set(source, open + 1);
    return true;
  }

  /**
   * The sources that have so much of the limit that other workers have to know: one that has less in each of the workers can't have
   * reached it.
   */
  busiest(limit: number): ReadonlyMap<string, number> {
    return new Map([...this.#open].filter(([, open]) => open * MAX_WORKERS >= limit));
  }

  /** To be called once for each that was counted, when it has ended. */
  leave(source: string): void {
    const open = this.#open.get(source) ?? 0;
    if (open > 1) {
      this.#open.set(source, open - 1);
    } else {
      this.#open.delete(source);
    }
  }
}
