import { integrityDigest, MAGIC, TRUSTED_CERTIFICATE, VERSION } from './format.ts';

/** A certificate to be trusted. */
export interface TrustedCertificate {
  /** Lower-case ASCII. */
  readonly alias: string;
  /** X.509. */
  readonly der: Buffer;
  /** Creation date of the entry. */
  readonly created: Date;
}

/** Writes a JKS trust store, with one certificate byte for byte as keytool does. */
export function writeJksTrustStore(certificates: readonly TrustedCertificate[], password: string): Buffer {
  const body = Buffer.concat([
    uint32(MAGIC),
    uint32(VERSION),
    uint32(certificates.length),
    ...certificates.flatMap(entry),
  ]);
  return Buffer.concat([body, integrityDigest(password, body)]);
}

function entry({ alias, der, created }: TrustedCertificate): Buffer[] {
  return [
    uint32(TRUSTED_CERTIFICATE),
    text(alias),
    uint64(created.getTime()),
    text('X.509'),
    uint32(der.length),
    der,
  ];
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
