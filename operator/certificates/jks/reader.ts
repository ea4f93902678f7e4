/** Reads big-endian values one after the other. Each throws a RangeError when the bytes end before it. */
export interface ByteReader {
  uint32(): number;
  bytes(length: number): Buffer;
  /** UTF-8 behind a length of 16 bits, as Java's `writeUTF` writes it for what is no NUL and no surrogate. */
  text(): string;
  atEnd(): boolean;
}

export function byteReader(source: Buffer): ByteReader {
  let offset = 0;
  const bytes = (length: number): Buffer => {
    if (offset + length > source.length) throw new RangeError('the bytes end too early');
    offset += length;
    return source.subarray(offset - length, offset);
  };
  return {
    bytes,
    uint32: () => bytes(4).readUInt32BE(),
    text: () => bytes(bytes(2).readUInt16BE()).toString('utf8'),
    atEnd: () => offset === source.length,
  };
}
