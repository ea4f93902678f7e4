import { staticNameIndex } from './static-names.ts';
import { STATIC_TABLE } from './static-table.ts';

/**
 * Tells the peer that nothing has to be remembered; it stands before the first field of a connection (RFC 7541 section 6.3), so that
 * whatever table the peer allows, none is in use.
 */
export const FORGET_ALL = 0x20;

/** Beside name and value: an index or a mark, and two lengths. */
const FIELD_FRAMING = 12;

/** Index of a status that the static table has. */
const STATUS_INDEX = new Map(
  STATIC_TABLE.flatMap(([name, value], at) => (name === ':status' ? [[Number(value), at + 1] as const] : [])),
);

const STATUS_NAME = STATIC_TABLE.findIndex(([name]) => name === ':status') + 1;

/** Bytes that `encodeStatus` takes at most. */
export const STATUS_BOUND = 5;

/** Bytes that a field takes at most. */
export function fieldBound(nameLength: number, valueLength: number): number {
  return FIELD_FRAMING + nameLength + valueLength;
}

/** Writes `:status`; returns the offset behind it. */
export function encodeStatus(target: Buffer, at: number, status: number): number {
  const index = STATUS_INDEX.get(status);
  if (index !== undefined) {
    target[at] = 0x80 | index;
    return at + 1;
  }
  target[at] = STATUS_NAME;
  target[at + 1] = 3;
  return at + 2 + target.write(String(status), at + 2, 'latin1');
}

/** Where a field is in the bytes it is taken from. */
export interface FieldRange {
  nameStart: number;
  nameEnd: number;
  valueStart: number;
  valueEnd: number;
}

/**
 * Writes a field, its name in lower case (RFC 9113 section 8.2), as a literal that is not remembered: there is then no state that a peer
 * could make grow or probe (RFC 7541 section 7.1). Returns the offset behind it. Huffman code would cost more than the bytes it saves.
 */
export function encodeField(target: Buffer, start: number, source: Buffer, range: FieldRange): number {
  const { nameStart, nameEnd, valueStart, valueEnd } = range;
  const index = staticNameIndex(source, nameStart, nameEnd);
  let at = encodeInteger(target, start, 0x0f, index);
  if (index === 0) {
    at = encodeInteger(target, at, 0x7f, nameEnd - nameStart);
    for (let from = nameStart; from < nameEnd; from += 1) {
      const byte = source[from] ?? 0;
      target[at] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
      at += 1;
    }
  }
  at = encodeInteger(target, at, 0x7f, valueEnd - valueStart);
  if (valueEnd - valueStart > SHORT) {
    return at + source.copy(target, at, valueStart, valueEnd);
  }
  for (let from = valueStart; from < valueEnd; from += 1) {
    target[at] = source[from] ?? 0;
    at += 1;
  }
  return at;
}

/** Up to here a loop is quicker than a call that leaves JavaScript. Bytes. */
const SHORT = 32;

/** RFC 7541 section 5.1, with all bits before the prefix zero. */
function encodeInteger(target: Buffer, start: number, mask: number, value: number): number {
  let at = start;
  if (value < mask) {
    target[at] = value;
    return at + 1;
  }
  target[at] = mask;
  at += 1;
  let rest = value - mask;
  while (rest >= 0x80) {
    target[at] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    at += 1;
  }
  target[at] = rest;
  return at + 1;
}
