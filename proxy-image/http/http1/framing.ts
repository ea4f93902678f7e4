import { equalsWord } from './tokens.ts';

/** Length of a body that ends with its last chunk. */
export const CHUNKED = -1;

/** Length of a response's body that ends with its connection. */
export const UNTIL_CLOSE = -2;

const CHUNKED_WORD = Buffer.from('chunked');

/**
 * The value of a Content-Length field; null unless it is a plain decimal number: RFC 9110 section 8.6 allows leading zeros and lets a
 * recipient take a list of equal numbers, but servers differ about both. At most 15 digits, which a number holds exactly.
 */
export function readContentLength(bytes: Buffer, start: number, end: number): number | null {
  if (end === start || end - start > 15 || (bytes[start] === 0x30 && end - start > 1)) {
    return null;
  }
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) {
      return null;
    }
    length = length * 10 + digit;
  }
  return length;
}

/** True when the value of a Transfer-Encoding field is `chunked` and nothing else, the only coding understood here. */
export function isChunked(bytes: Buffer, start: number, end: number): boolean {
  return equalsWord(bytes, start, end, CHUNKED_WORD);
}
