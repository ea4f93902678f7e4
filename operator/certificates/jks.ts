import { createHash } from 'node:crypto';

export interface JksOptions {
  readonly password: string;
  /** Creation date of the entry. */
  readonly created: Date;
}

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;

/**
 * Writes a JKS trust store with one trusted certificate, byte for byte as keytool does. The format has no specification but its implementation (OpenJDK,
 * sun.security.provider.JavaKeyStore): big-endian numbers, strings with a 16-bit length, and at the end a SHA-1 over the password, a phrase and all bytes
 * before. `alias` is lower-case ASCII, `der` an X.509 certificate.
 */
export function writeJksTrustStore(alias: string, der: Buffer, { password, created }: JksOptions): Buffer {
  const body = Buffer.concat([
    uint32(MAGIC),
    uint32(VERSION),
    uint32(1),
    uint32(TRUSTED_CERTIFICATE),
    text(alias),
    uint64(created.getTime()),
    text('X.509'),
    uint32(der.length),
    der,
  ]);
  const digest = createHash('sha1')
    .update(Buffer.from(password, 'utf16le').swap16())
    .update('Mighty Aphrodite', 'ascii')
    .update(body)
    .digest();
  return Buffer.concat([body, digest]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'ascii');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
