import type { FieldFilter } from '../headers/hop-by-hop.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import type { LocalMessage } from '../local-response.ts';
import type { Block } from './codec/frame-writer.ts';
import { encodeField, encodeStatus, fieldBound, STATUS_BOUND, type FieldRange } from './hpack/encoder.ts';

/** What a block is written to; its user copies it before the next one is written. */
let scratch = Buffer.allocUnsafeSlow(8_192);

/** The block that was encoded last. */
const encoded = { bytes: scratch, length: 0 };

const range: FieldRange = { nameStart: 0, nameEnd: 0, valueStart: 0, valueEnd: 0 };

/** What a response gets beside the fields of its server. */
export interface AddedFields {
  /** Value of a Set-Cookie field; null for none. */
  readonly setCookie: string | null;
  /** What the policies have to say; null for nothing. */
  readonly rules: { readonly block: Buffer } | null;
}

const NOTHING_ADDED: AddedFields = { setCookie: null, rules: null };

/** The header block of a server's response; `bytes` are what its head was read from. It counts until the next block is encoded. */
export function encodeResponse(
  head: ResponseHead,
  bytes: Buffer,
  filter: FieldFilter,
  { setCookie, rules }: AddedFields = NOTHING_ADDED,
): Block {
  const cookie = setCookie === null ? null : fieldOf('set-cookie', setCookie);
  const more = (cookie?.bytes.length ?? 0) + (rules?.block.length ?? 0);
  reserve(STATUS_BOUND + fieldBound(0, 0) * (head.fields.count + 1) + head.end + more);
  let at = encodeKept(encodeStatus(scratch, 0, head.status), head, bytes, filter);
  if (cookie !== null) {
    at = encodeField(scratch, at, cookie.bytes, cookie.range);
  }
  if (rules !== null) {
    at += rules.block.copy(scratch, at);
  }
  return blockUpTo(at);
}

/** Encodes the fields of a server that are passed on; returns the offset behind them. */
function encodeKept(start: number, { fields }: ResponseHead, bytes: Buffer, filter: FieldFilter): number {
  let at = start;
  for (let index = 0; index < fields.count; index += 1) {
    if (filter.passes(fields, bytes, index)) {
      range.nameStart = fields.lineStarts[index] ?? 0;
      range.nameEnd = fields.nameEnds[index] ?? 0;
      range.valueStart = fields.valueStarts[index] ?? 0;
      range.valueEnd = fields.valueEnds[index] ?? 0;
      at = encodeField(scratch, at, bytes, range);
    }
  }
  return at;
}

/** Fields as they stand in any header block. */
export function encodeLines(fields: readonly { readonly name: string; readonly value: string }[]): Buffer {
  const encoded = fields.map(({ name, value }) => {
    const { bytes, range } = fieldOf(name, value);
    const target = Buffer.allocUnsafeSlow(fieldBound(name.length, value.length));
    return target.subarray(0, encodeField(target, 0, bytes, range));
  });
  return Buffer.concat(encoded);
}

/** The header block of a response without a server. It counts until the next block is encoded. */
export function encodeFields(status: number, fields: LocalMessage['fields']): Block {
  const lines = fields.map(([name, value]) => fieldOf(name, value));
  reserve(lines.reduce((sum, { bytes }) => sum + fieldBound(0, bytes.length), STATUS_BOUND));
  let at = encodeStatus(scratch, 0, status);
  for (const { bytes, range } of lines) {
    at = encodeField(scratch, at, bytes, range);
  }
  return blockUpTo(at);
}

function blockUpTo(length: number): Block {
  encoded.bytes = scratch;
  encoded.length = length;
  return encoded;
}

function fieldOf(name: string, value: string): { readonly bytes: Buffer; readonly range: FieldRange } {
  const bytes = Buffer.from(name + value, 'latin1');
  const range = { nameStart: 0, nameEnd: name.length, valueStart: name.length, valueEnd: bytes.length };
  return { bytes, range };
}

function reserve(length: number): void {
  if (scratch.length < length) {
    scratch = Buffer.allocUnsafeSlow(2 * length);
  }
}
