import { issueCertificate, makeAuthority as makeAuthorityAt } from '../../operator/certificates/issue.ts';
import type {
  Authority,
  AuthorityRequest,
  CertificateRequest,
  IssuedCertificate,
} from '../../operator/certificates/issue.ts';

export type { Authority, IssuedCertificate, IssuedKeyType } from '../../operator/certificates/issue.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

interface Days {
  /** Days that it is valid from now on, 30 unless given; negative: it expired that many days ago. */
  readonly days?: number;
}

/** A certificate authority: a root, or with `issuer` an intermediate. Keys are EC P-256 unless `keyType` says otherwise. */
export function makeAuthority({ days, ...request }: Omit<AuthorityRequest, 'validity'> & Days): Authority {
  return makeAuthorityAt({ ...request, validity: validityOf(days) });
}

/**
 * A server certificate with its key, signed by the authority: `chainPem` is what a server sends (leaf, intermediates), `keyPem` its key, and
 * `authority.rootPem` what a client trusts. EC P-256 unless `keyType` says otherwise.
 */
export function issue(
  authority: Authority,
  { days, ...request }: Omit<CertificateRequest, 'validity'> & Days,
): IssuedCertificate {
  return issueCertificate(authority, { ...request, validity: validityOf(days) });
}

function validityOf(days = 30): CertificateRequest['validity'] {
  const now = Date.now();
  return {
    notBefore: new Date(now + Math.min(days, 0) * 2 * DAY_MS - DAY_MS),
    notAfter: new Date(now + days * DAY_MS),
  };
}
