import * as asn1 from '../asn1.ts';
import type { Element } from '../asn1.ts';
import { CertificateError } from '../certificate-error.ts';
import type { CertificateEntry, EntryAttributes, KeyEntry, KeystoreEntries } from '../keystore-contents.ts';
import { damaged, guard, wrongKeyPassword, wrongPassword } from '../keystore-errors.ts';
import { decrypt } from './decrypt.ts';
import { verifyMac } from './mac.ts';
import { OIDS } from './oids.ts';

/** Whether the bytes begin as a PKCS#12 file does: a structure whose first element is version 3. */
export function looksLikePkcs12(bytes: Buffer): boolean {
  if (bytes[0] !== 0x30) return false;
  const lengthByte = bytes[1] ?? 0;
  const start = lengthByte > 0x80 ? 2 + (lengthByte & 0x7f) : 2;
  return bytes.subarray(start, start + 3).equals(Buffer.of(0x02, 0x01, 0x03));
}

/** Reads a PKCS#12 file. Throws a CertificateError (WrongPassword, DamagedKeystore, UnsupportedKeystore). */
export function readPkcs12(bytes: Buffer, password: string): KeystoreEntries {
  const { content, macData } = readStructure(bytes);
  const intact = macData === undefined || guard(() => verifyMac(macData, password, content));
  if (intact) return guard(() => readAuthenticatedSafe(content, password));
  // The check fails for a wrong password as for altered bytes; what the password decrypts tells them apart.
  throw fits(content, password) ? damaged() : wrongPassword();
}

interface Structure {
  readonly content: Buffer;
  readonly macData: Element | undefined;
}

function readStructure(bytes: Buffer): Structure {
  return guard(() => {
    const pfx = asn1.parseElement(bytes);
    const authSafe = asn1.elementAt(pfx, 1);
    const type = asn1.oidOf(asn1.elementAt(authSafe, 0));
    if (type !== OIDS.data) {
      throw new CertificateError(
        'UnsupportedKeystore',
        'the keystore is protected by a certificate instead of a password; export it with a password',
      );
    }
    const content = asn1.contentOf(asn1.elementAt(asn1.elementAt(authSafe, 1), 0));
    return { content, macData: asn1.elementsOf(pfx)[2] };
  });
}

function readAuthenticatedSafe(content: Buffer, password: string): KeystoreEntries {
  const keys: KeyEntry[] = [];
  const certificates: CertificateEntry[] = [];
  for (const info of asn1.elementsOf(asn1.parseElement(content))) {
    for (const bag of readContents(info, password)) {
      const type = asn1.oidOf(asn1.elementAt(bag, 0));
      const value = asn1.elementAt(asn1.elementAt(bag, 1), 0);
      const attributes = readAttributes(asn1.elementsOf(bag)[2]);
      if (type === OIDS.keyBag) {
        keys.push({ ...attributes, encrypted: false, open: () => asn1.encodeElement(value) });
      }
      if (type === OIDS.shroudedKeyBag) {
        keys.push({ ...attributes, encrypted: true, open: () => openKey(value, password) });
      }
      if (type === OIDS.certBag) certificates.push(...readCertificate(value, attributes));
    }
  }
  return { keys, certificates };
}

/** The bags of one ContentInfo, decrypted if need be. */
function readContents(info: Element, password: string): readonly Element[] {
  const type = asn1.oidOf(asn1.elementAt(info, 0));
  const value = asn1.elementAt(asn1.elementAt(info, 1), 0);
  if (type === OIDS.data) return asn1.elementsOf(asn1.parseElement(asn1.contentOf(value)));
  if (type !== OIDS.encryptedData) {
    throw new CertificateError(
      'UnsupportedKeystore',
      `the keystore has contents of a kind that is not supported (${type}); export it with a password`,
    );
  }
  // EncryptedData: version, then content type, algorithm and [0] ciphertext (RFC 2315 sections 10.1, 13).
  const encrypted = asn1.elementAt(value, 1);
  const plain = decrypt(asn1.elementAt(encrypted, 1), password, asn1.contentOf(asn1.elementAt(encrypted, 2)));
  if (plain === null) throw wrongPassword();
  return asn1.elementsOf(asn1.parseElement(plain));
}

function openKey(encryptedKey: Element, password: string): Buffer {
  return guard(() => {
    const ciphertext = asn1.contentOf(asn1.elementAt(encryptedKey, 1));
    const key = decrypt(asn1.elementAt(encryptedKey, 0), password, ciphertext);
    if (key !== null) return key;
    throw wrongKeyPassword();
  });
}

function readCertificate(bag: Element, attributes: EntryAttributes): CertificateEntry[] {
  if (asn1.oidOf(asn1.elementAt(bag, 0)) !== OIDS.x509Certificate) return [];
  return [{ ...attributes, der: asn1.contentOf(asn1.elementAt(asn1.elementAt(bag, 1), 0)) }];
}

function readAttributes(attributes: Element | undefined): EntryAttributes {
  const values = new Map<string, Element>();
  for (const attribute of attributes === undefined ? [] : asn1.elementsOf(attributes)) {
    const [first] = asn1.elementsOf(asn1.elementAt(attribute, 1));
    if (first !== undefined) values.set(asn1.oidOf(asn1.elementAt(attribute, 0)), first);
  }
  const name = values.get(OIDS.friendlyName);
  const id = values.get(OIDS.localKeyId);
  return {
    friendlyName: typeof name?.value === 'string' ? name.value : undefined,
    localKeyId: id === undefined ? undefined : asn1.contentOf(id).toString('hex'),
  };
}

/** Whether a password decrypts the contents, and a key in them, into something well-formed. */
function fits(content: Buffer, password: string): boolean {
  try {
    const key = readAuthenticatedSafe(content, password).keys.find(({ encrypted }) => encrypted);
    return key !== undefined && asn1.elementsOf(asn1.parseElement(key.open())).length > 0;
  } catch {
    return false;
  }
}
