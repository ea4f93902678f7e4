import { HpackDecoder } from '../../../proxy-image/http/http2/hpack/decoder.ts';
import {
  makeRequestField,
  REQUEST_FIELDS,
  type RequestField,
} from '../../../proxy-image/http/http2/request-field.ts';
import { block } from '../../support/http2/frames.ts';
import { requireSame, requireThat, type Target } from '../target.ts';

const CAPACITY = 4_096;

/** Header blocks of one connection, one part each. */
export const hpack: Target = {
  name: 'hpack',
  dictionary: [
    '\x40',
    '\0',
    '\x10',
    '\x3f\xe1\x1f',
    '\x20',
    '\x80',
    '\x82',
    '\xbe',
    '\xff',
    '\x7f',
    '\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff',
    '\x0acustom-key\x0dcustom-header',
    '\xff\xff\xff\xff\x0f',
  ],
  seeds: () =>
    [
      '\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff',
      '\x82\x87\x85\xbf\x40\x0acustom-key\x0ccustom-value',
      '\x40\x0acustom-key\x0dcustom-header\x3f\xe1\x1f\xbe',
      '\x3f\xe1\x1f\x82\x04\x0c/sample/path\x10\x08password\x06secret',
      '\x20\x82\x84\x87\x41\x09localhost',
    ].map((text) => Buffer.from(text, 'latin1')),
  check: (parts) => {
    const decoder = newDecoder();
    const shape: string[] = [];
    for (const part of parts) {
      const fields = decode(decoder, part);
      requireThat(decoder.tableSize <= CAPACITY, () => `a table of ${decoder.tableSize}`);
      if (fields === null) {
        return `malformed ${shape.length}`;
      }
      shape.push(`${Math.min(fields.length, 8)} ${Math.min(decoder.tableSize >> 5, 8)}`);
      for (const times of [1, 100]) {
        const written = fields.map(([name, value]) => [name, value.repeat(times)] as const);
        requireSame('written plainly and decoded', decode(newDecoder(), block(written)), written);
      }
    }
    return shape.slice(0, 4).join();
  },
};

function newDecoder(): HpackDecoder<RequestField> {
  return new HpackDecoder(makeRequestField, REQUEST_FIELDS, CAPACITY);
}

function decode(
  decoder: HpackDecoder<RequestField>,
  bytes: Buffer,
): readonly (readonly [name: string, value: string])[] | null {
  const fields: (readonly [string, string])[] = [];
  return decoder.decode(bytes, ({ name, value }) => fields.push([name, value])) ? fields : null;
}
