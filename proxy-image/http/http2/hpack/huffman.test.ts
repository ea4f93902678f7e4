import { describe, expect, it } from '@jest/globals';
import { CODE_LENGTHS, EOS } from './huffman-code.ts';
import { decodeHuffman } from './huffman.ts';

/** The code of each symbol as bits, made from the lengths by counting, as RFC 7541 appendix B has them. */
const CODES = canonicalCodes();

function canonicalCodes(): readonly string[] {
  const codes: string[] = [];
  const order = CODE_LENGTHS.map((length, symbol) => ({ length, symbol }));
  order.sort((a, b) => a.length - b.length || a.symbol - b.symbol);
  let code = 0n;
  let before = 0;
  for (const { length, symbol } of order) {
    code <<= BigInt(length - before);
    before = length;
    codes[symbol] = code.toString(2).padStart(length, '0');
    code += 1n;
  }
  return codes;
}

function pack(bits: string, padding = '1'): Buffer {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, padding);
  return Buffer.from((padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

function decode(bytes: Buffer): string | null {
  const target = Buffer.alloc(2 * bytes.length + 1);
  const length = decodeHuffman(bytes, 0, bytes.length, target);
  return length < 0 ? null : target.toString('latin1', 0, length);
}

describe('decodeHuffman', () => {
  it.each([
    ['a', 97, '00011'],
    ['0', 48, '00000'],
    ['NUL', 0, '1111111111000'],
    ['\\', 92, '1111111111111110000'],
    ['LF', 10, '111111111111111111111111111100'],
    ['249', 249, '1111111111111111111111111110'],
    ['EOS', EOS, '111111111111111111111111111111'],
  ])('knows the code of %s (RFC 7541 appendix B)', (_name, symbol, code) => {
    expect(CODES[symbol]).toBe(code);
  });

  it('decodes every byte, alone and between others', () => {
    for (let symbol = 0; symbol < 256; symbol += 1) {
      const character = String.fromCharCode(symbol);
      const code = CODES[symbol] ?? '';
      const a = CODES[97] ?? '';

      expect(decode(pack(code))).toBe(character);
      expect(decode(pack(a + code + a + code))).toBe(`a${character}a${character}`);
    }
  });

  it('refuses EOS, long padding and padding that is not EOS (RFC 7541 section 5.2)', () => {
    const a = CODES[97] ?? '';

    expect(decode(pack(CODES[EOS] ?? ''))).toBeNull();
    expect(decode(pack(a + (CODES[EOS] ?? '') + a))).toBeNull();
    expect(decode(Buffer.concat([pack(a), Buffer.from([0xff])]))).toBeNull();
    expect(decode(pack(a, '0'))).toBeNull();
    expect(decode(Buffer.from([0xff]))).toBeNull();
  });
});
