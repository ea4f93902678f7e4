/** What is hashed with; nobody may know it who chooses what is hashed. */
export type HashKey = readonly [number, number];

/** Two words that nobody knows who does not know the key. */
export interface Hash {
  low: number;
  high: number;
}

/**
 * HalfSipHash-2-4 with 64 bits of output (Aumasson, Bernstein): clients that choose what is hashed can't choose where it ends up. `text` is
 * taken as Latin-1. The result counts until the next call.
 */
export function halfSipHash(text: string, [k0, k1]: HashKey): Hash {
  v0 = k0;
  v1 = k1 ^ 0xee;
  v2 = 0x6c796765 ^ k0;
  v3 = 0x74656462 ^ k1;
  const { length } = text;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    compress(wordAt(text, at, 4));
  }
  compress((length << 24) | wordAt(text, at, length - at));
  v2 ^= 0xee;
  rounds(4);
  hash.low = (v1 ^ v3) >>> 0;
  v1 ^= 0xdd;
  rounds(4);
  hash.high = (v1 ^ v3) >>> 0;
  return hash;
}

const hash: Hash = { low: 0, high: 0 };

// The state of the one hash that is being made; fields of an object would cost more than all the rest.
let v0 = 0;
let v1 = 0;
let v2 = 0;
let v3 = 0;

/** So many characters as a word, the first one lowest. */
function wordAt(text: string, at: number, count: number): number {
  let word = 0;
  for (let index = 0; index < count; index += 1) {
    word |= (text.charCodeAt(at + index) & 0xff) << (8 * index);
  }
  return word;
}

function compress(word: number): void {
  v3 ^= word;
  rounds(2);
  v0 ^= word;
}

function rounds(count: number): void {
  for (let round = 0; round < count; round += 1) {
    v0 = (v0 + v1) | 0;
    v1 = rotate(v1, 5) ^ v0;
    v0 = rotate(v0, 16);
    v2 = (v2 + v3) | 0;
    v3 = rotate(v3, 8) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = rotate(v3, 7) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = rotate(v1, 13) ^ v2;
    v2 = rotate(v2, 16);
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
