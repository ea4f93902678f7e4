import { timingSafeEqual } from 'node:crypto';
import type { CertificateEntry, KeyEntry, KeystoreEntries } from '../keystore-contents.ts';
import { damaged, guard, wrongKeyPassword, wrongPassword } from '../keystore-errors.ts';
import { DIGEST_BYTES, integrityDigest, MAGIC, PRIVATE_KEY, TRUSTED_CERTIFICATE } from './format.ts';
import { openProtectedKey } from './key-protection.ts';
import { byteReader } from './reader.ts';
import type { ByteReader } from './reader.ts';

/** Reads a JKS keystore. Throws a CertificateError (WrongPassword, DamagedKeystore, UnsupportedKeystore). */
export function readJks(bytes: Buffer, password: string): KeystoreEntries {
  const body = bytes.subarray(0, -DIGEST_BYTES);
  const entries = guard(() => readEntries(body, password));
  const digest = bytes.subarray(-DIGEST_BYTES);
  if (timingSafeEqual(integrityDigest(password, body), digest)) return entries;
  // The digest fails for a wrong password as for altered bytes; a key that the password opens tells them apart.
  throw entries.keys.some(opens) ? damaged() : wrongPassword();
}

function readEntries(body: Buffer, password: string): KeystoreEntries {
  const reader = byteReader(body);
  if (reader.uint32() !== MAGIC) throw damaged();
  const version = reader.uint32();
  const count = reader.uint32();
  if (version !== 1 && version !== 2) throw damaged();
  const keys: KeyEntry[] = [];
  const certificates: CertificateEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    const tag = reader.uint32();
    const friendlyName = reader.text();
    // The date of the entry.
    reader.bytes(8);
    const attributes = { friendlyName, localKeyId: tag === PRIVATE_KEY ? String(index) : undefined };
    if (tag === PRIVATE_KEY) keys.push({ ...attributes, ...readKey(reader, password) });
    else if (tag !== TRUSTED_CERTIFICATE) throw damaged();
    const length = tag === PRIVATE_KEY ? reader.uint32() : 1;
    for (let position = 0; position < length; position += 1)
      certificates.push({ ...attributes, der: readCertificate(reader, version) });
  }
  if (!reader.atEnd()) throw damaged();
  return { keys, certificates };
}

function readKey(reader: ByteReader, password: string): Pick<KeyEntry, 'encrypted' | 'open'> {
  const protectedKey = reader.bytes(reader.uint32());
  return {
    encrypted: true,
    open: () => {
      const key = guard(() => openProtectedKey(protectedKey, password));
      if (key === null) throw wrongKeyPassword();
      return key;
    },
  };
}

function readCertificate(reader: ByteReader, version: number): Buffer {
  // Certificates of another type than X.509 are not parsed later on.
  if (version === 2) reader.text();
  return reader.bytes(reader.uint32());
}

function opens({ open }: KeyEntry): boolean {
  try {
    open();
    return true;
  } catch {
    return false;
  }
}
