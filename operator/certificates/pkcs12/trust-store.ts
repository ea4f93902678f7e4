import { buildPfx, certificateBag, friendlyName, javaTrusted } from './build.ts';
import type { Protection } from './build.ts';

/** Writes a PKCS#12 trust store with one trusted certificate, byte for byte as keytool of JDK 17 does when it is told not to encrypt certificates. */
export function writePkcs12TrustStore(alias: string, der: Buffer, protection: Protection): Buffer {
  return buildPfx([[certificateBag(der, [friendlyName(alias), javaTrusted()])]], protection);
}
