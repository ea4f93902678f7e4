import { createPrivateKey, randomBytes } from 'node:crypto';
import { pemBlocks } from '../pem-blocks.ts';
import { readPemPair } from '../pem.ts';
import { buildPfx, certificateBag, friendlyName, keyBag, localKeyId } from './build.ts';

/** Salt length and iterations of keytool in JDK 17. */
const SALT_BYTES = 20;
const ITERATIONS = 10_000;

export interface KeystoreContents {
  readonly alias: string;
  /** At least 6 ASCII characters, or keytool won't open it. */
  readonly password: string;
  /** PKCS#8, PKCS#1 or SEC1. */
  readonly keyPem: string;
  /** Certificates, in any order. */
  readonly chainPem: string;
}

/**
 * Writes a PKCS#12 keystore with one key entry that Java, OpenSSL and Node open: the key with AES-256 under PBES2, the certificates, which are public, in
 * the clear, and an HMAC-SHA-256 over all. Throws when key and certificates don't belong together.
 */
export function writeKeystore({ alias, password, keyPem, chainPem }: KeystoreContents): Buffer {
  const pair = readPemPair(chainPem, keyPem);
  if (!pair.ok) throw new Error(`can't write a keystore: ${pair.message}`);
  const key = createPrivateKey(pair.material.keyPem);
  const encryptedKey = key.export({
    type: 'pkcs8',
    format: 'der',
    cipher: 'aes-256-cbc',
    passphrase: password,
  });
  const attributes = [
    friendlyName(alias),
    localKeyId(Buffer.from(pair.material.leaf.fingerprintSha256, 'hex')),
  ];
  const certificates = pemBlocks(pair.material.chainPem).blocks.map(({ body }, index) =>
    certificateBag(Buffer.from(body, 'base64'), index === 0 ? attributes : []),
  );
  const protection = { password, salt: randomBytes(SALT_BYTES), iterations: ITERATIONS };
  return buildPfx([[keyBag(encryptedKey, attributes)], certificates], protection);
}
