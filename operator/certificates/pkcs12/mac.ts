import { createHmac, timingSafeEqual } from 'node:crypto';
import * as asn1 from '../asn1.ts';
import type { Element } from '../asn1.ts';
import { CertificateError } from '../certificate-error.ts';
import { bmpPassword, deriveKey, KEY_PURPOSE } from './derive-key.ts';
import { HASHES, OIDS } from './oids.ts';

interface MacInput {
  /** Password in the form of `bmpPassword`. */
  readonly password: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** Whether the MacData of a PFX (RFC 7292 section 4) fits its content under a password. Throws when it is malformed, or of a kind that is not known. */
export function verifyMac(macData: Element, password: string, content: Buffer): boolean {
  const digestInfo = asn1.elementAt(macData, 0);
  const algorithm = asn1.oidOf(asn1.elementAt(asn1.elementAt(digestInfo, 0), 0));
  const hash = HASHES[algorithm];
  if (hash === undefined) {
    throw new CertificateError(
      'UnsupportedKeystore',
      `the keystore's integrity check is of a kind that is not supported (${algorithm}); make it again with the defaults of keytool`,
    );
  }
  const expected = asn1.contentOf(asn1.elementAt(digestInfo, 1));
  const salt = asn1.contentOf(asn1.elementAt(macData, 1));
  const iterations = asn1.elementsOf(macData).length > 2 ? asn1.integerOf(asn1.elementAt(macData, 2)) : 1;
  return macPasswords(password).some((bytes) => {
    const mac = computeMac(hash, { password: bytes, salt, iterations }, content);
    return mac.length === expected.length && timingSafeEqual(mac, expected);
  });
}

/** Makes the MacData of a PFX, with HMAC-SHA-256 as JDK 17 does. */
export function makeMac({ password, salt, iterations }: MacInput, content: Buffer): Element {
  const mac = computeMac('sha256', { password, salt, iterations }, content);
  const algorithm = asn1.sequence(asn1.oid(OIDS.sha256), asn1.nothing());
  return asn1.sequence(
    asn1.sequence(algorithm, asn1.octets(mac)),
    asn1.octets(salt),
    asn1.integer(iterations),
  );
}

function computeMac(hash: string, input: MacInput, content: Buffer): Buffer {
  // RFC 7292 appendix B.4: the MAC key is as long as the hash.
  const length = createHmac(hash, '').digest().length;
  const key = deriveKey({ hash, ...input, purpose: KEY_PURPOSE.integrity, length });
  return createHmac(hash, key).update(content).digest();
}

/** Where the password is empty, some writers leave out even its terminating zero. */
function macPasswords(password: string): Buffer[] {
  return password === '' ? [bmpPassword(''), Buffer.alloc(0)] : [bmpPassword(password)];
}
