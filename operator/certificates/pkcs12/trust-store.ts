import { buildPfx, certificateBag, friendlyName, javaTrusted } from './build.ts';
import type { Protection } from './build.ts';

interface TrustedCertificate {
  readonly alias: string;
  /** X.509. */
  readonly der: Buffer;
}

/** Writes a PKCS#12 trust store, with one certificate byte for byte as keytool of JDK 17 does when it is told not to encrypt certificates. */
export function writePkcs12TrustStore(
  certificates: readonly TrustedCertificate[],
  protection: Protection,
): Buffer {
  const bags = certificates.map(({ alias, der }) =>
    certificateBag(der, [friendlyName(alias), javaTrusted()]),
  );
  return buildPfx([bags], protection);
}
