import type { KeyObject, X509Certificate } from 'node:crypto';
import { CertificateError } from './certificate-error.ts';
import { publicRootOf } from './public-roots.ts';
import type { CertificateFinding } from './types.ts';
import { describeCertificate, distinguishedName, isIssuedBy, isSelfSigned } from './x509.ts';

export interface OrderedChain {
  /** The leaf, then each certificate's issuer. A root that was given is kept: the same file tells clients and backends what to trust. */
  readonly chain: readonly [X509Certificate, ...X509Certificate[]];
  /** What was given and belongs to no place in the chain. */
  readonly unused: readonly X509Certificate[];
  readonly findings: readonly CertificateFinding[];
}

/**
 * Puts certificates in the order in which TLS sends them (RFC 8446 section 4.4.2): the leaf, which is the first certificate that has the key, then
 * issuers by name, key identifier and signature. Among several that fit, the order in which they were given decides. Throws a CertificateError
 * (NoCertificate, KeyMismatch).
 */
export function orderChain(leafKey: KeyObject, certificates: readonly X509Certificate[]): OrderedChain {
  if (certificates.length === 0) {
    throw new CertificateError(
      'NoCertificate',
      'there is no certificate beside the private key; add its chain',
    );
  }
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(leafKey));
  if (leaf === undefined) throw keyMismatch(certificates);
  const chain: [X509Certificate, ...X509Certificate[]] = [leaf];
  let pool = without(certificates, leaf);
  for (let last = leaf; !isSelfSigned(last);) {
    const issuer = pool.find((candidate) => isIssuedBy(last, candidate));
    if (issuer === undefined) break;
    chain.push(issuer);
    pool = without(pool, issuer);
    last = issuer;
  }
  return { chain, unused: pool, findings: incompleteness(chain.at(-1) ?? leaf) };
}

/** A finding about certificates that were left out, so that nobody thinks that they are sent. */
export function unusedFindings(unused: readonly X509Certificate[]): CertificateFinding[] {
  if (unused.length === 0) return [];
  const names = unused.map(describeCertificate).join(', ');
  return [
    {
      reason: 'UnusedCertificates',
      message: `${names} did not issue any certificate of the chain and is not sent; remove it, or correct the chain`,
    },
  ];
}

/** A chain may stop below a root that clients have by themselves; anywhere else clients cannot go on. */
function incompleteness(last: X509Certificate): CertificateFinding[] {
  if (isSelfSigned(last) || publicRootOf(last) !== undefined) return [];
  return [
    {
      reason: 'IncompleteChain',
      message: `the chain ends at ${describeCertificate(last)}, and its issuer "${distinguishedName(last.issuer)}" is neither given nor a public root: clients that don't know it will refuse the connection; add the issuer's certificate to the chain`,
    },
  ];
}

function keyMismatch(certificates: readonly X509Certificate[]): CertificateError {
  const names = certificates.map(describeCertificate).join(', ');
  return new CertificateError(
    'KeyMismatch',
    `the private key belongs to none of the certificates (${names}); give the key and the certificate of one pair`,
  );
}

function without(certificates: readonly X509Certificate[], one: X509Certificate): X509Certificate[] {
  return certificates.filter((certificate) => !certificate.raw.equals(one.raw));
}
