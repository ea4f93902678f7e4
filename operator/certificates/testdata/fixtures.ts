import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CertificateFailure, CertificateResult, CertificateSuccess } from '../types.ts';

/** A keystore that make.sh made. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(name, import.meta.url));
}

/** The success that a test counts on; its message when it is none. */
export function success(result: CertificateResult): CertificateSuccess {
  if (!result.ok) throw new Error(`${result.reason}: ${result.message}`);
  return result;
}

/** The failure that a test counts on. */
export function failure(result: CertificateResult): CertificateFailure {
  if (result.ok) throw new Error('expected a failure');
  return result;
}

/** Common names of the certificates in a PEM text, in order. */
export function subjects(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => /CN=.*/.exec(new X509Certificate(block).subject)?.[0] ?? '');
}
