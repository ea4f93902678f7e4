/** A regular file for a tar archive. */
export interface TarEntry {
  /** Path inside the archive, at most 100 bytes. */
  readonly name: string;
  readonly content: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

const blockBytes = 512;

/** A tar archive (POSIX ustar) of regular files that belong to root and were last changed in 1970, so that it is reproducible. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [header(entry), entry.content, padding(entry.content.length)]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

function header({ name, content, mode }: TarEntry): Buffer {
  if (Buffer.byteLength(name) > 100) {
    throw new Error(`"${name}" is too long for a tar archive`);
  }
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(content.length, 12), 124);
  block.write(octal(0, 12), 136);
  block.write('0', 156);
  block.write('ustar\x0000', 257);

  // The checksum is computed as if its own eight bytes were blanks.
  block.fill(' ', 148, 156);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${octal(checksum, 7)}\0 `, 148);
  return block;
}

/** A number of a tar header: octal digits in a field of that width, the last byte of which is zero. */
function octal(value: number, width: number): string {
  return value.toString(8).padStart(width - 1, '0');
}

function padding(length: number): Buffer {
  return Buffer.alloc((blockBytes - (length % blockBytes)) % blockBytes);
}
