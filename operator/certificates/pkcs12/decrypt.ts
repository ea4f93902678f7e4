import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import forge from 'node-forge';
import { contentOf, elementAt, elementsOf, integerOf, oidOf } from '../asn1.ts';
import type { Element } from '../asn1.ts';
import { CertificateError } from '../certificate-error.ts';
import { bmpPassword, checkIterations, deriveKey, KEY_PURPOSE } from './derive-key.ts';

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';

/** Pseudo-random functions of PBKDF2 (RFC 8018 appendix B.1). */
const PRF_HASHES: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

/** Ciphers of PBES2 (RFC 8018 appendix B.2; NIST): OpenSSL's name and key length. */
const CIPHERS: Readonly<Record<string, readonly [string, number]>> = {
  '2.16.840.1.101.3.4.1.2': ['aes-128-cbc', 16],
  '2.16.840.1.101.3.4.1.22': ['aes-192-cbc', 24],
  '2.16.840.1.101.3.4.1.42': ['aes-256-cbc', 32],
  '1.2.840.113549.3.7': ['des-ede3-cbc', 24],
};

/** Password-based ciphers of PKCS#12 itself (RFC 7292 appendix C), all with SHA-1 and 8-byte blocks: cipher and key length. */
const LEGACY_CIPHERS: Readonly<Record<string, readonly ['3des' | 'rc2', number]>> = {
  '1.2.840.113549.1.12.1.3': ['3des', 24],
  '1.2.840.113549.1.12.1.5': ['rc2', 16],
  '1.2.840.113549.1.12.1.6': ['rc2', 5],
};

/**
 * Decrypts with a password. `algorithm` is an AlgorithmIdentifier. Null when the password does not fit the ciphertext (or the ciphertext is damaged: the two
 * look the same). Throws UnsupportedKeystore for a cipher that is not known, and other errors when the algorithm's parameters are malformed.
 */
export function decrypt(algorithm: Element, password: string, ciphertext: Buffer): Buffer | null {
  const id = oidOf(elementAt(algorithm, 0));
  const parameters = elementAt(algorithm, 1);
  if (id === PBES2) return decryptPbes2(parameters, password, ciphertext);
  const legacy = LEGACY_CIPHERS[id];
  if (legacy === undefined) throw unsupported(`cipher ${id}`);
  return decryptLegacy(legacy, { parameters, password, ciphertext });
}

function decryptPbes2(parameters: Element, password: string, ciphertext: Buffer): Buffer | null {
  const derivation = elementAt(parameters, 0);
  const encryption = elementAt(parameters, 1);
  const derivationId = oidOf(elementAt(derivation, 0));
  if (derivationId !== PBKDF2) throw unsupported(`key derivation ${derivationId}`);
  const cipherId = oidOf(elementAt(encryption, 0));
  const cipher = CIPHERS[cipherId];
  if (cipher === undefined) throw unsupported(`cipher ${cipherId}`);
  const [name, keyLength] = cipher;
  const [salt, iterations, hash] = readPbkdf2(elementAt(derivation, 1));
  checkIterations(iterations);
  const key = pbkdf2Sync(Buffer.from(password, 'utf8'), salt, iterations, keyLength, hash);
  return decipher(name, { key, iv: contentOf(elementAt(encryption, 1)) }, ciphertext);
}

function readPbkdf2(parameters: Element): [salt: Buffer, iterations: number, hash: string] {
  // After salt and iterations come an optional key length, which follows from the cipher, and the optional function.
  const last = elementsOf(parameters).slice(2).at(-1);
  const isFunction = last !== undefined && typeof last.value !== 'string';
  const id = isFunction ? oidOf(elementAt(last, 0)) : '1.2.840.113549.2.7';
  const hash = PRF_HASHES[id];
  if (hash === undefined) throw unsupported(`pseudo-random function ${id}`);
  return [contentOf(elementAt(parameters, 0)), integerOf(elementAt(parameters, 1)), hash];
}

interface LegacyInput {
  readonly parameters: Element;
  readonly password: string;
  readonly ciphertext: Buffer;
}

function decryptLegacy(
  [cipher, keyLength]: readonly ['3des' | 'rc2', number],
  { parameters, password, ciphertext }: LegacyInput,
): Buffer | null {
  const common = {
    hash: 'sha1',
    password: bmpPassword(password),
    salt: contentOf(elementAt(parameters, 0)),
    iterations: integerOf(elementAt(parameters, 1)),
  };
  const key = deriveKey({ ...common, purpose: KEY_PURPOSE.encryption, length: keyLength });
  const iv = deriveKey({ ...common, purpose: KEY_PURPOSE.initialVector, length: 8 });
  return cipher === '3des'
    ? decipher('des-ede3-cbc', { key, iv }, ciphertext)
    : decipherRc2({ key, iv }, ciphertext);
}

interface CipherKey {
  readonly key: Buffer;
  readonly iv: Buffer;
}

function decipher(name: string, { key, iv }: CipherKey, ciphertext: Buffer): Buffer | null {
  const cipher = createDecipheriv(name, key, iv);
  const start = cipher.update(ciphertext);
  try {
    return Buffer.concat([start, cipher.final()]);
  } catch {
    return null;
  }
}

/** RC2 is not in OpenSSL 3's default provider, so the library's own does it. */
function decipherRc2({ key, iv }: CipherKey, ciphertext: Buffer): Buffer | null {
  const cipher = forge.rc2.createDecryptionCipher(key.toString('latin1'), key.length * 8);
  cipher.start(iv.toString('latin1'));
  cipher.update(forge.util.createBuffer(ciphertext.toString('latin1')));
  return cipher.finish() ? Buffer.from(cipher.output.getBytes(), 'latin1') : null;
}

function unsupported(what: string): CertificateError {
  return new CertificateError(
    'UnsupportedKeystore',
    `the keystore is protected by a method that is not supported (${what}); make it again with the defaults of keytool or openssl pkcs12`,
  );
}
