/** The cells of one cube, by their coordinates joined with commas. */
export class Cells {
  readonly #values = new Map<string, number>([
    ['2026,Budget', 1000],
    ['2026,Actual', 900],
  ]);

  get(coordinates: string): number | undefined {
    return this.#values.get(coordinates);
  }

  set(coordinates: string, value: number): void {
    this.#values.set(coordinates, value);
  }
}
