import { createHash, timingSafeEqual } from 'node:crypto';
import * as asn1 from '../asn1.ts';
import { CertificateError } from '../certificate-error.ts';
import { DIGEST_BYTES, passwordBytes } from './format.ts';

/** Sun's own protection of keys in JKS keystores (OpenJDK, sun.security.provider.KeyProtector). */
const KEY_PROTECTION = '1.3.6.1.4.1.42.2.17.1.1';

const SALT_BYTES = 20;

/**
 * Decrypts the key of an entry, an EncryptedPrivateKeyInfo (RFC 5208 section 6): a salt, the key XORed with a chain of SHA-1 digests over password and salt, and
 * a digest over password and key. PKCS#8, DER; null when the password is another one. Throws when the bytes are malformed.
 */
export function openProtectedKey(protectedKey: Buffer, password: string): Buffer | null {
  const info = asn1.parseElement(protectedKey);
  const algorithm = asn1.oidOf(asn1.elementAt(asn1.elementAt(info, 0), 0));
  if (algorithm !== KEY_PROTECTION) {
    throw new CertificateError(
      'UnsupportedKeystore',
      `the private key is protected in a way that is not supported (${algorithm}); convert the keystore with: keytool -importkeystore -srckeystore keystore.jks -destkeystore keystore.p12 -deststoretype PKCS12`,
    );
  }
  const bytes = asn1.contentOf(asn1.elementAt(info, 1));
  const end = bytes.length - DIGEST_BYTES;
  const salt = bytes.subarray(0, SALT_BYTES);
  const secret = passwordBytes(password);
  const key = xorWithDigests(bytes.subarray(SALT_BYTES, end), secret, salt);
  const expected = bytes.subarray(end);
  return expected.length === DIGEST_BYTES && timingSafeEqual(sha1(secret, key), expected) ? key : null;
}

function xorWithDigests(bytes: Buffer, secret: Buffer, salt: Buffer): Buffer {
  const plain = Buffer.alloc(bytes.length);
  let digest = salt;
  for (let index = 0; index < bytes.length; index += 1) {
    const position = index % DIGEST_BYTES;
    if (position === 0) digest = sha1(secret, digest);
    plain.writeUInt8(bytes.readUInt8(index) ^ digest.readUInt8(position), index);
  }
  return plain;
}

function sha1(first: Buffer, second: Buffer): Buffer {
  return createHash('sha1').update(first).update(second).digest();
}
