import { createHash } from 'node:crypto';

/**
 * The format has no specification but its implementation (OpenJDK, sun.security.provider.JavaKeyStore): magic, version and number of entries, then the entries, each a
 * tag, an alias and a date, and at the end a digest. Numbers are big-endian, strings have a 16-bit length.
 */
export const MAGIC = 0xfeedfeed;

/** Version that is written. Of version 1 only the certificates differ, which have no type before them. */
export const VERSION = 2;

/** Tags of entries. */
export const PRIVATE_KEY = 1;
export const TRUSTED_CERTIFICATE = 2;

export const DIGEST_BYTES = 20;

/** A password as the format's digests take it: UTF-16, big-endian. */
export function passwordBytes(password: string): Buffer {
  return Buffer.from(password, 'utf16le').swap16();
}

/** The SHA-1 over the password, a phrase and all bytes before it that stands at a keystore's end. */
export function integrityDigest(password: string, body: Buffer): Buffer {
  return createHash('sha1')
    .update(passwordBytes(password))
    .update('Mighty Aphrodite', 'ascii')
    .update(body)
    .digest();
}
