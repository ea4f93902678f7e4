import { DynamicTable, type Entry } from './dynamic-table.ts';
import { decodeHuffman } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';

/** A field as a decoder gives it out: whatever `Make` makes of name and value, once; tables keep it, and `alike` is one of them. */
export interface Field extends Entry {
  readonly name: string;
}

export type Make<F extends Field> = (name: string, value: string, alike?: F) => F;

/** The static table, made into fields of one kind; to be made once. Index 1 is at 1. */
export function staticFields<F extends Field>(make: Make<F>): readonly F[] {
  const fields = STATIC_TABLE.map(([name, value]) => make(name, value));
  return [make('', ''), ...fields];
}

/** Integers above this are no sensible index or length (RFC 7541 section 5.1 leaves the limit to us). */
const MAX_INTEGER = 0x0fff_ffff;

const FIRST_DYNAMIC = STATIC_TABLE.length + 1;

/** Decoded Huffman strings; one string at a time is in it, and in no decoder longer than a call takes. */
let scratch = Buffer.allocUnsafeSlow(8_192);

/**
 * Decodes the header blocks of one connection (RFC 7541 section 3). After an error the table can't be trusted any more, and the
 * connection has to end (RFC 9113 section 4.3).
 */
export class HpackDecoder<F extends Field> {
  readonly #make: Make<F>;
  readonly #static: readonly F[];
  readonly #table: DynamicTable<F>;
  readonly #maxCapacity: number;
  #bytes: Buffer = NOTHING;
  #at = 0;
  #end = 0;
  /** The string that was read last. */
  #text = '';

  /** `maxCapacity` is what was announced as SETTINGS_HEADER_TABLE_SIZE. */
  constructor(make: Make<F>, fields: readonly F[], maxCapacity: number) {
    this.#make = make;
    this.#static = fields;
    this.#maxCapacity = maxCapacity;
    this.#table = new DynamicTable(maxCapacity);
  }

  /** Sum of the sizes of what is remembered. */
  get tableSize(): number {
    return this.#table.size;
  }

  /** Gives the fields of one whole block to `take`, in their order; false for a block that is malformed. */
  decode(block: Buffer, take: (field: F) => void): boolean {
    this.#bytes = block;
    this.#at = 0;
    this.#end = block.length;
    const sound = this.#readSizeUpdates() && this.#readFields(take);
    this.#bytes = NOTHING;
    return sound;
  }

  /** RFC 7541 section 4.2: only at the beginning of a block, and never beyond what was announced. */
  #readSizeUpdates(): boolean {
    while (this.#at < this.#end && ((this.#bytes[this.#at] ?? 0) & 0xe0) === 0x20) {
      const capacity = this.#integer(0x1f);
      if (capacity < 0 || capacity > this.#maxCapacity) {
        return false;
      }
      this.#table.resize(capacity);
    }
    return true;
  }

  #readFields(take: (field: F) => void): boolean {
    while (this.#at < this.#end) {
      const first = this.#bytes[this.#at] ?? 0;
      const field = first >= 0x80 ? this.#indexed(this.#integer(0x7f)) : this.#literal(first);
      if (field === undefined) {
        return false;
      }
      take(field);
    }
    return true;
  }

  /** Undefined for 0, for an index beyond both tables, and for -1. */
  #indexed(index: number): F | undefined {
    if (index <= 0) {
      return undefined;
    }
    return index < FIRST_DYNAMIC ? this.#static[index] : this.#table.get(index - FIRST_DYNAMIC);
  }

  /** RFC 7541 section 6.2: with indexing, without, and never indexed; the last two are the same to a decoder. */
  #literal(first: number): F | undefined {
    const remember = first >= 0x40;
    if (!remember && first >= 0x20) {
      return undefined;
    }
    const index = this.#integer(remember ? 0x3f : 0x0f);
    const alike = index === 0 ? undefined : this.#indexed(index);
    const name = index === 0 && this.#string() ? this.#text : alike?.name;
    if (name === undefined || !this.#string()) {
      return undefined;
    }
    const field = this.#make(name, this.#text, alike);
    if (remember) {
      this.#table.add(field);
    }
    return field;
  }

  /** An integer with a prefix of the bits in `mask`; -1 when it is cut off or too large. */
  #integer(mask: number): number {
    let value = (this.#bytes[this.#at] ?? 0) & mask;
    this.#at += 1;
    if (value < mask) {
      return value;
    }
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.#at >= this.#end) {
        return -1;
      }
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value <= MAX_INTEGER ? value : -1;
      }
    }
    return -1;
  }

  /** Reads a string into `#text`, as Latin-1; false when it is cut off or malformed. */
  #string(): boolean {
    if (this.#at >= this.#end) {
      return false;
    }
    const coded = (this.#bytes[this.#at] ?? 0) >= 0x80;
    const length = this.#integer(0x7f);
    if (length < 0 || length > this.#end - this.#at) {
      return false;
    }
    const start = this.#at;
    this.#at += length;
    if (!coded) {
      this.#text = this.#bytes.toString('latin1', start, this.#at);
      return true;
    }
    if (scratch.length < 2 * length) {
      scratch = Buffer.allocUnsafeSlow(2 * length);
    }
    const decoded = decodeHuffman(this.#bytes, start, this.#at, scratch);
    this.#text = decoded < 0 ? '' : scratch.toString('latin1', 0, decoded);
    return decoded >= 0;
  }
}

const NOTHING: Buffer = Buffer.alloc(0);
