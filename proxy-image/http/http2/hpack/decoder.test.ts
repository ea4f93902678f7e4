import { describe, expect, it } from '@jest/globals';
import { random, type Random } from '../../../../test/support/random.ts';
import { HpackDecoder, staticFields } from './decoder.ts';
import { encodeField, encodeStatus, fieldBound } from './encoder.ts';

type Pair = readonly [name: string, value: string];

const make = (name: string, value: string) => ({ name, value, size: name.length + value.length + 32 });
const STATIC = staticFields(make);

function newDecoder(capacity = 4_096) {
  const decoder = new HpackDecoder(make, STATIC, capacity);
  return {
    decoder,
    /** Null for a malformed block. */
    decode: (block: Buffer | string): readonly Pair[] | null => {
      const fields: Pair[] = [];
      const bytes = typeof block === 'string' ? Buffer.from(block.replaceAll(' ', ''), 'hex') : block;
      return decoder.decode(bytes, ({ name, value }) => fields.push([name, value])) ? fields : null;
    },
  };
}

const REQUESTS = [
  [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
    [':authority', 'www.example.com'],
  ],
  [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
    [':authority', 'www.example.com'],
    ['cache-control', 'no-cache'],
  ],
  [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', '/index.html'],
    [':authority', 'www.example.com'],
    ['custom-key', 'custom-value'],
  ],
] as const;

const RESPONSES = [
  [
    [':status', '302'],
    ['cache-control', 'private'],
    ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['location', 'https://www.example.com'],
  ],
  [
    [':status', '307'],
    ['cache-control', 'private'],
    ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['location', 'https://www.example.com'],
  ],
  [
    [':status', '200'],
    ['cache-control', 'private'],
    ['date', 'Mon, 21 Oct 2013 20:13:22 GMT'],
    ['location', 'https://www.example.com'],
    ['content-encoding', 'gzip'],
    ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
  ],
] as const;

describe('the examples of RFC 7541 appendix C', () => {
  it.each([
    [
      'C.2.1',
      '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
      ['custom-key', 'custom-header'],
      55,
    ],
    ['C.2.2', '040c 2f73 616d 706c 652f 7061 7468', [':path', '/sample/path'], 0],
    ['C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', ['password', 'secret'], 0],
    ['C.2.4', '82', [':method', 'GET'], 0],
  ])('%s: a single field', (_section, block, field, size) => {
    const { decode, decoder } = newDecoder();

    expect(decode(block)).toEqual([field]);
    expect(decoder.tableSize).toBe(size);
  });

  it.each([
    [
      'C.3',
      'requests without Huffman code',
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '8286 84be 5808 6e6f 2d63 6163 6865',
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      ],
    ],
    [
      'C.4',
      'requests with Huffman code',
      [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        '8286 84be 5886 a8eb 1064 9cbf',
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      ],
    ],
  ])('%s: %s', (_section, _what, blocks) => {
    const { decode, decoder } = newDecoder();

    const decoded = blocks.map((block) => ({ fields: decode(block), size: decoder.tableSize }));

    expect(decoded.map(({ fields }) => fields)).toEqual(REQUESTS);
    expect(decoded.map(({ size }) => size)).toEqual([57, 110, 164]);
  });

  it.each([
    [
      'C.5',
      'responses without Huffman code, with eviction',
      [
        '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '4803 3330 37c1 c0bf',
        '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31',
      ],
    ],
    [
      'C.6',
      'responses with Huffman code, with eviction',
      [
        '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
        '4883 640e ffc1 c0bf',
        '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
      ],
    ],
  ])('%s: %s', (_section, _what, blocks) => {
    const { decode, decoder } = newDecoder(256);

    const decoded = blocks.map((block) => ({ fields: decode(block), size: decoder.tableSize }));

    expect(decoded.map(({ fields }) => fields)).toEqual(RESPONSES);
    expect(decoded.map(({ size }) => size)).toEqual([222, 222, 215]);
  });
});

describe('a malformed block is refused', () => {
  it.each([
    ['2.3.3', 'an index beyond both tables', 'be'],
    ['2.3.3', 'the index of a name beyond both tables', '7f 00 01 61'],
    ['4.2', 'a size update behind a field', '82 20'],
    ['4.2', 'a size update behind a literal', '00 01 61 01 62 20'],
    ['5.1', 'an integer that is cut off', 'ff'],
    ['5.1', 'an integer that goes on and on', 'ff ff ff ff ff ff 00'],
    ['5.1', 'an integer that is too large', 'ff ff ff ff ff 7f'],
    ['5.2', 'a string that is cut off', '00 05 61 62'],
    ['5.2', 'a length that is cut off', '00'],
    ['5.2', 'a value that is missing', '00 01 61'],
    ['5.2', 'Huffman code with more than 7 bits of padding', '00 82 1f ff 01 62'],
    ['5.2', 'Huffman code padded with zeros', '00 81 18 01 62'],
    ['5.2', 'Huffman code with EOS', '00 84 ff ff ff ff 01 62'],
    ['6.1', 'index 0', '80'],
    ['6.3', 'a table larger than was allowed', '3f e2 1f'],
  ])('%s: %s', (_section, _what, block) => {
    expect(newDecoder().decode(block)).toBeNull();
  });
});

describe('a size update', () => {
  it('empties the table (RFC 7541 section 4.3)', () => {
    const { decode, decoder } = newDecoder();
    decode('400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572');

    expect(decode('20 3f e1 1f 82')).toEqual([[':method', 'GET']]);
    expect(decoder.tableSize).toBe(0);
    expect(decode('be')).toBeNull();
  });
});

describe('whatever is encoded', () => {
  it('is decoded to what it was', () => {
    const source = random(7_541);
    for (let round = 0; round < 300; round += 1) {
      const fields = Array.from({ length: source.integer(20) }, () => randomField(source));

      const block = encode(fields);

      expect(newDecoder().decode(block)).toEqual([[':status', '200'], ...fields]);
    }
  });

  it('never crashes the decoder when bytes are changed, cut or invented', () => {
    const source = random(9_113);
    const { decode } = newDecoder();
    for (let round = 0; round < 5_000; round += 1) {
      const bytes =
        round % 2 === 0 ? encode([randomField(source), randomField(source)]) : randomBytes(source);
      for (let change = source.integer(3); change > 0 && bytes.length > 0; change -= 1) {
        bytes[source.integer(bytes.length)] = source.integer(256);
      }

      const decoded = decode(bytes.subarray(0, source.integer(bytes.length + 1)));

      expect(decoded === null || Array.isArray(decoded)).toBe(true);
    }
  });
});

function encode(fields: readonly Pair[]): Buffer {
  const room = fields.reduce((sum, [name, value]) => sum + fieldBound(name.length, value.length), 5);
  const target = Buffer.alloc(room);
  let at = encodeStatus(target, 0, 200);
  for (const [name, value] of fields) {
    const bytes = Buffer.from(name + value, 'latin1');
    const range = { nameStart: 0, nameEnd: name.length, valueStart: name.length, valueEnd: bytes.length };
    at = encodeField(target, at, bytes, range);
  }
  return target.subarray(0, at);
}

function randomField(source: Random): Pair {
  const known = STATIC[1 + source.integer(STATIC.length - 1)]?.name ?? '';
  const name = source.integer(2) === 0 ? known : text(source, 'abcdefghij-0123', 1 + source.integer(300));
  return [name, text(source, 'ABC abc\x80\xff;=/', source.integer(400))];
}

function text(source: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[source.integer(alphabet.length)]).join('');
}

function randomBytes(source: Random): Buffer {
  return Buffer.from(Array.from({ length: source.integer(200) }, () => source.integer(256)));
}
