/** What a field counts for in a table or a list: its name, its value, and 32 (RFC 7541 section 4.1). */
export const FIELD_OVERHEAD = 32;

/** A field in a table. */
export interface Entry {
  readonly size: number;
}

/** The fields that a peer has asked to remember, the newest first (RFC 7541 section 2.3.2). */
export class DynamicTable<E extends Entry> {
  /** Oldest first. */
  readonly #entries: E[] = [];
  #size = 0;
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Sum of the sizes of all entries. */
  get size(): number {
    return this.#size;
  }

  /** 0 is the newest entry; undefined behind the oldest. */
  get(index: number): E | undefined {
    return this.#entries[this.#entries.length - 1 - index];
  }

  /** Makes room by dropping the oldest; an entry larger than the table empties it, and is not kept (RFC 7541 section 4.4). */
  add(entry: E): void {
    this.#evict(this.#capacity - entry.size);
    if (entry.size <= this.#capacity) {
      this.#entries.push(entry);
      this.#size += entry.size;
    }
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#evict(capacity);
  }

  #evict(limit: number): void {
    let count = 0;
    for (
      let entry = this.#entries[0];
      entry !== undefined && this.#size > limit;
      entry = this.#entries[count]
    ) {
      this.#size -= entry.size;
      count += 1;
    }
    if (count > 0) {
      this.#entries.splice(0, count);
    }
  }
}
