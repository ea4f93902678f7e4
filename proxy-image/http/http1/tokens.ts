/** What one byte may be in an HTTP/1.1 message, as tables: the scans look at every byte of every head. */

export const CR = 13;
export const LF = 10;
export const SP = 32;
export const TAB = 9;
export const COLON = 58;

/** 1 for the characters of a token (RFC 9110 section 5.6.2), 2 for `_`, which is one of them but a suspicious one; else 0. */
export const TOKEN = byteTable((byte) => {
  if (byte === 0x5f) {
    return 2;
  }
  return /[!#$%&'*+\-.^`|~0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0;
});

/** 1 for what may stand in a field value (RFC 9110 section 5.5): visible characters, SP, HTAB and obs-text (0x80 to 0xff). */
export const FIELD_VALUE = byteTable((byte) => (byte === TAB || (byte >= SP && byte !== 0x7f) ? 1 : 0));

/** 1 for what may stand in a request target: visible ASCII; `#`, which would begin a fragment, is not allowed in any of its forms (RFC 9112 section 3.2). */
export const TARGET = byteTable((byte) => (byte > SP && byte < 0x7f && byte !== 0x23 ? 1 : 0));

/** The value of a hexadecimal digit; 255 for every other byte. */
export const HEX_VALUE = byteTable((byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? 255 : value;
});

function byteTable(valueOf: (byte: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => valueOf(byte));
}

/** True for the white space that RFC 9110 section 5.6.3 calls OWS. */
export function isBlank(byte: number | undefined): boolean {
  return byte === SP || byte === TAB;
}

/** True for bytes that may stand in a field value, or in the reason of a response. */
export function isFieldValue(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (FIELD_VALUE[bytes[at] ?? 0] !== 1) {
      return false;
    }
  }
  return true;
}

/** The bytes as Latin-1 text: `before` itself when it is that, as one message after the other says the same of many things. */
export function textOf(bytes: Buffer, start: number, end: number, before: string): string {
  if (before.length !== end - start) {
    return bytes.toString('latin1', start, end);
  }
  for (let index = 0; index < before.length; index += 1) {
    if (before.charCodeAt(index) !== bytes[start + index]) {
      return bytes.toString('latin1', start, end);
    }
  }
  return before;
}

/** Compares bytes with a lower-case ASCII word, case-insensitively; only for words of letters, digits and `-`. */
export function equalsWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) {
    return false;
  }
  for (let i = 0; i < word.length; i += 1) {
    const byte = bytes[start + i] ?? 0;
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== word[i]) {
      return false;
    }
  }
  return true;
}
