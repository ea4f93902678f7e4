import { createHash } from 'node:crypto';
import { asResult } from './certificate-error.ts';
import { readCertificates } from './pem.ts';
import type { CertificateFailure } from './types.ts';

/** Certificates that are trusted, ready to be written to a file. */
export interface Authorities {
  readonly pem: string;
  /** SHA-256 of `pem`, 64 lower-case hex digits. */
  readonly sha256: string;
  /** Lifetime of the one that lasts longest: after that none of them is good for anything. */
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export type AuthoritiesResult = { readonly ok: true; readonly authorities: Authorities } | CertificateFailure;

/**
 * Reads the certificates of authorities, PEM, one or many in any order. Any certificate can be trusted, that of a single server too. What else
 * stands in the text, keys included, is left out, and a certificate that stands there twice is taken once.
 */
export function readAuthorities(text: string): AuthoritiesResult {
  return asResult(() => {
    const all = readCertificates(text, {
      noun: 'authorities',
      form: 'give their certificates as PEM, one after the other',
    });
    const pem = [...new Set(all.map((certificate) => certificate.toString()))].join('');
    const longest = all.reduce((a, b) => (b.validToDate > a.validToDate ? b : a));
    return {
      ok: true,
      authorities: {
        pem,
        sha256: createHash('sha256').update(pem).digest('hex'),
        notBefore: longest.validFromDate,
        notAfter: longest.validToDate,
      },
    };
  });
}
