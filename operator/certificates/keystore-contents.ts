/** What a keystore holds, whatever its format; entries that are neither keys nor certificates are left out. */
export interface KeystoreEntries {
  readonly keys: readonly KeyEntry[];
  readonly certificates: readonly CertificateEntry[];
}

export interface EntryAttributes {
  /** Java's alias; undefined where the tool gave none. */
  readonly friendlyName: string | undefined;
  /** A key and its certificates have the same. */
  readonly localKeyId: string | undefined;
}

export interface KeyEntry extends EntryAttributes {
  readonly encrypted: boolean;
  /** Decrypts the key, which costs time: PKCS#8, DER. Throws a CertificateError. */
  readonly open: () => Buffer;
}

export interface CertificateEntry extends EntryAttributes {
  /** X.509, DER. */
  readonly der: Buffer;
}
