const WORD = Buffer.from('HTTP/');

/** Bytes of `HTTP/1.1`. */
export const VERSION_LENGTH = 8;

/** The version that begins at `start`: 11 for `HTTP/1.1`; -1 for what is no version. */
export function readVersion(bytes: Buffer, start: number): number {
  for (let index = 0; index < WORD.length; index += 1) {
    if (bytes[start + index] !== WORD[index]) {
      return -1;
    }
  }
  const major = digit(bytes, start + 5);
  const minor = digit(bytes, start + 7);
  return major < 0 || bytes[start + 6] !== 0x2e || minor < 0 ? -1 : major * 10 + minor;
}

/** The digit at that place; -1 for what is none. */
function digit(bytes: Buffer, at: number): number {
  const value = (bytes[at] ?? 0) - 0x30;
  return value >= 0 && value <= 9 ? value : -1;
}
