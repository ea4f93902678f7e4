import { describe, expect, it } from '@jest/globals';
import { bodyDecoder, type BodyDecoder, type BodyFault, type ChunkedForm } from './body.ts';
import { CHUNKED, UNTIL_CLOSE } from './framing.ts';

interface Decoded {
  readonly passedOn: string;
  readonly done: boolean;
  readonly fault: BodyFault | null;
  /** What was left unread. */
  readonly rest: string;
}

/** Feeds parts to a decoder, as they would arrive. */
function decode(decoder: BodyDecoder, parts: readonly string[]): Decoded {
  let passedOn = '';
  let rest = '';
  for (const part of parts) {
    const bytes = Buffer.from(part, 'latin1');
    const consumed = decoder.read(bytes, 0);
    passedOn += decoder.pieces.gather(bytes).toString('latin1');
    rest += part.slice(consumed);
  }
  return { passedOn, done: decoder.done, fault: decoder.fault, rest };
}

function chunked(parts: readonly string[], form: ChunkedForm = 'Chunks', limit = 0): Decoded {
  return decode(bodyDecoder(CHUNKED, form, limit), parts);
}

/** All ways to cut a text in two. */
function cuts(text: string): readonly (readonly string[])[] {
  return Array.from({ length: text.length + 1 }, (_, cut) => [text.slice(0, cut), text.slice(cut)]);
}

/** A random generator that gives the same numbers in every run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

const BODY = '5;name=value;q="a;\\"b"\r\nhello\r\n00a\r\n0123456789\r\n0;last\r\nX-T: 1\r\nX-U:\r\n\r\n';

describe('a chunked body', () => {
  it.each([
    ['Chunks', '5\r\nhello\r\n00a\r\n0123456789\r\n0\r\n\r\n'],
    ['Content', 'hello0123456789'],
  ] as const)('is passed on as %s, however it is cut', (form, expected) => {
    for (const parts of cuts(`${BODY}GET /`)) {
      const decoded = chunked(parts, form);

      expect(decoded).toEqual({ passedOn: expected, done: true, fault: null, rest: 'GET /' });
    }
  });

  it('is passed on in one piece when there is nothing to leave out', () => {
    const decoder = bodyDecoder(CHUNKED, 'Chunks', 0);
    const bytes = Buffer.from('5\r\nhello\r\n0\r\n\r\n');

    decoder.read(bytes, 0);

    expect(decoder.pieces.count).toBe(1);
  });

  it.each([
    ['no digit', 'x\r\n'],
    ['a sign', '+5\r\nhello\r\n'],
    ['an empty line', '\r\n'],
    ['a prefix', '0x5\r\nhello\r\n'],
    ['an underscore', '1_0\r\n'],
    ['white space before the size', ' 5\r\nhello\r\n'],
    ['white space behind the size', '5 \r\nhello\r\n'],
    ['a bare LF behind the size', '5\nhello\r\n'],
    ['a bare CR behind the size', '5\rhello\r\n'],
    ['a size beyond 31 bits', '80000000\r\n'],
    ['a size that wraps to 5', '100000005\r\nhello\r\n'],
    ['many leading zeros', `${'0'.repeat(20)}5\r\nhello\r\n`],
    ['an extension without a name', '5;\r\nhello\r\n'],
    ['an extension name with a bracket', '5;a[b\r\nhello\r\n'],
    ['an extension without a value', '5;a=\r\nhello\r\n'],
    ['a bare LF in an extension', '5;a\nb\r\nhello\r\n'],
    ['a bare CR in an extension', '5;a\rb\r\nhello\r\n'],
    ['NUL in a quoted extension', '5;a="\0"\r\nhello\r\n'],
    ['extensions without end', `5;${'a'.repeat(10_000)}\r\nhello\r\n`],
    ['data without CRLF', '5\r\nhello0\r\n\r\n'],
    ['data with a bare LF', '5\r\nhello\n0\r\n\r\n'],
    ['a trailer without a colon', '0\r\nX\r\n\r\n'],
    ['a folded trailer', '0\r\nX: 1\r\n 2\r\n\r\n'],
    ['a control byte in a trailer', '0\r\nX: \x01\r\n\r\n'],
    ['a bare LF at the end', '0\r\n\n'],
    ['trailers without end', `0\r\n${'X: 1\r\n'.repeat(2_000)}\r\n`],
  ])('with %s is refused, however it is cut', (_what, text) => {
    for (const parts of cuts(text).slice(0, 200)) {
      const decoded = chunked(parts);

      expect(decoded.fault).toBe('MalformedChunk');
      expect(decoded.done).toBe(false);
    }
  });

  it('is refused beyond the limit', () => {
    const decoded = chunked(['5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'], 'Chunks', 10);

    expect(decoded.fault).toBe('BodyTooLarge');
  });

  it('gives back what was put in, for any content, chunking and cutting', () => {
    const random = seeded(20_260_101);
    for (let round = 0; round < 200; round += 1) {
      const chunks = Array.from({ length: random(6) }, () =>
        Array.from({ length: 1 + random(40) }, () => String.fromCharCode(random(256))).join(''),
      );
      const text = `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
      const parts: string[] = [];
      for (let at = 0; at < text.length;) {
        const end = at + 1 + random(20);
        parts.push(text.slice(at, end));
        at = end;
      }

      const content = chunked(parts, 'Content');
      const framed = chunked(parts, 'Chunks');

      expect(content).toEqual({ passedOn: chunks.join(''), done: true, fault: null, rest: '' });
      expect(framed).toEqual({ passedOn: text, done: true, fault: null, rest: '' });
    }
  });
});

describe('a body of known length', () => {
  it('ends where its length says, however it is cut', () => {
    for (const parts of cuts('helloGET /')) {
      const decoded = decode(bodyDecoder(5, 'Chunks', 0), parts);

      expect(decoded).toEqual({ passedOn: 'hello', done: true, fault: null, rest: 'GET /' });
    }
  });

  it('is done at once when there is none', () => {
    expect(bodyDecoder(0, 'Chunks', 0).done).toBe(true);
  });
});

describe('a body that ends with its connection', () => {
  it('is never done by itself', () => {
    const decoded = decode(bodyDecoder(UNTIL_CLOSE, 'Content', 0), ['hello', ' world']);

    expect(decoded).toEqual({ passedOn: 'hello world', done: false, fault: null, rest: '' });
  });
});
