import type { FieldFilter } from '../headers/hop-by-hop.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import type { LocalMessage } from '../local-response.ts';
import { encodeField, encodeStatus, fieldBound, STATUS_BOUND, type FieldRange } from './hpack/encoder.ts';

/** What a block is written to; its user copies it before the next one is written. */
let scratch = Buffer.allocUnsafeSlow(8_192);

const range: FieldRange = { nameStart: 0, nameEnd: 0, valueStart: 0, valueEnd: 0 };

/** The header block of a server's response; `bytes` are what its head was read from. It counts until the next block is encoded. */
export function encodeResponse(head: ResponseHead, bytes: Buffer, keeps: FieldFilter): Buffer {
  const { fields, status } = head;
  reserve(STATUS_BOUND + fieldBound(0, 0) * fields.count + head.end);
  let at = encodeStatus(scratch, 0, status);
  for (let index = 0; index < fields.count; index += 1) {
    if (keeps(index)) {
      range.nameStart = fields.lineStarts[index] ?? 0;
      range.nameEnd = fields.nameEnds[index] ?? 0;
      range.valueStart = fields.valueStarts[index] ?? 0;
      range.valueEnd = fields.valueEnds[index] ?? 0;
      at = encodeField(scratch, at, bytes, range);
    }
  }
  return scratch.subarray(0, at);
}

/** The header block of a response without a server. It counts until the next block is encoded. */
export function encodeFields(status: number, fields: LocalMessage['fields']): Buffer {
  const lines = fields.map(([name, value]) => ({
    nameEnd: name.length,
    bytes: Buffer.from(name + value, 'latin1'),
  }));
  reserve(lines.reduce((sum, { bytes }) => sum + fieldBound(0, bytes.length), STATUS_BOUND));
  let at = encodeStatus(scratch, 0, status);
  for (const { nameEnd, bytes } of lines) {
    at = encodeField(scratch, at, bytes, {
      nameStart: 0,
      nameEnd,
      valueStart: nameEnd,
      valueEnd: bytes.length,
    });
  }
  return scratch.subarray(0, at);
}

function reserve(length: number): void {
  if (scratch.length < length) {
    scratch = Buffer.allocUnsafeSlow(2 * length);
  }
}
