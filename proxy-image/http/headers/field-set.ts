import { equalsWord } from '../http1/tokens.ts';

/** Names of fields, without regard to case. Looked up by their length first, which rules out most. */
export class FieldSet {
  readonly #byLength: (Uint8Array[] | undefined)[] = [];

  constructor(names: Iterable<string>) {
    for (const name of names) {
      const words = this.#byLength[name.length] ?? [];
      this.#byLength[name.length] = [...words, Buffer.from(name.toLowerCase(), 'latin1')];
    }
  }

  /** Whether it has the name that stands between two offsets. */
  has(bytes: Uint8Array, start: number, end: number): boolean {
    for (const word of this.#byLength[end - start] ?? NONE) {
      if (equalsWord(bytes, start, end, word)) {
        return true;
      }
    }
    return false;
  }
}

const NONE: readonly Uint8Array[] = [];
