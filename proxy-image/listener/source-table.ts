/** Open connections by source. It holds no more entries than there are connections. */
export class SourceTable {
  readonly #open = new Map<string, number>();

  get size(): number {
    return this.#open.size;
  }

  /** Counts one more, unless there are `limit` already; true when it was counted. */
  enter(source: string, limit: number): boolean {
    const open = this.#open.get(source) ?? 0;
    if (open >= limit) {
      return false;
    }
    this.#open.set(source, open + 1);
    return true;
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
