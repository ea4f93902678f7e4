import { equalsWord } from '../../http1/tokens.ts';
import { STATIC_TABLE } from './static-table.ts';

interface Known {
  readonly word: Buffer;
  readonly index: number;
}

const SLOTS = 256;

/** Names of the static table by a hash of their bytes; a slot has two of them at most. */
const BY_HASH: (Known[] | undefined)[] = [];
for (const [at, [name]] of STATIC_TABLE.entries()) {
  const word = Buffer.from(name);
  const slot = hash(word, 0, word.length);
  const known = BY_HASH[slot] ?? [];
  if (!known.some((other) => other.word.equals(word))) {
    BY_HASH[slot] = [...known, { word, index: at + 1 }];
  }
}

/** The first index in the static table of a name in whatever case; 0 for a name that is not there. */
export function staticNameIndex(bytes: Uint8Array, start: number, end: number): number {
  for (const { word, index } of BY_HASH[hash(bytes, start, end)] ?? NONE) {
    if (equalsWord(bytes, start, end, word)) {
      return index;
    }
  }
  return 0;
}

const NONE: readonly Known[] = [];

/** Length, first and last two bytes tell most names apart, and bit 5 is the case of a letter. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  const first = (bytes[start] ?? 0) | 0x20;
  const last = (bytes[end - 1] ?? 0) | 0x20;
  const beforeLast = (bytes[end - 2] ?? 0) | 0x20;
  return ((end - start) * 31 + first * 7 + last * 3 + beforeLast) & (SLOTS - 1);
}
