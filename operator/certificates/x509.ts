import { createHash, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { canonicalAddress } from './address.ts';
import type { LeafFacts, SubjectNames } from './types.ts';

/** Parses a certificate, DER or PEM; null when it is malformed, or its key is of a kind that OpenSSL does not know. */
export function parseCertificate(bytes: Buffer | string): X509Certificate | null {
  try {
    const certificate = new X509Certificate(bytes);
    // The key is decoded at first use only.
    void certificate.publicKey;
    return certificate;
  } catch {
    return null;
  }
}

/** Reads off a certificate what is reported and compared. */
export function leafFacts(certificate: X509Certificate): LeafFacts {
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    serial: certificate.serialNumber,
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    fingerprintSha256: createHash('sha256').update(certificate.raw).digest('hex'),
    keyType: keyType(certificate.publicKey),
    selfSigned: isSelfSigned(certificate),
    ...subjectNames(certificate.subjectAltName ?? ''),
  };
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

/** Whether names, key identifiers and key usage fit (RFC 5280 section 6.1), and the signature is the issuer's. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** Name of a certificate for messages. */
export function describeCertificate(certificate: X509Certificate): string {
  return `"${distinguishedName(certificate.subject)}"`;
}

/** One line, the most specific part first, from Node's one part per line as the certificate has them. */
export function distinguishedName(lines: string | undefined): string {
  return (lines ?? '').split('\n').reverse().join(', ');
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

/** `RSA-2048`, `EC-P-256`, `Ed25519`; of other kinds, the name that OpenSSL has for them. */
export function keyType(key: KeyObject): string {
  const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = key;
  if (type === 'rsa' || type === 'rsa-pss') return `RSA-${details?.modulusLength}`;
  if (type === 'ec') {
    const curve = details?.namedCurve ?? 'unknown';
    return `EC-${CURVES[curve] ?? curve}`;
  }
  return type === 'ed25519' ? 'Ed25519' : type;
}

/** One name of Node's list: what kind, and the value, in JSON's quotes when it has characters that could deceive. */
const NAME = /(?<kind>DNS|IP Address|[^:,"]+):(?<value>"(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;

function subjectNames(list: string): SubjectNames {
  const names = [...list.matchAll(NAME)].map(({ groups = {} }) => ({
    kind: groups['kind'],
    value: groups['value'] ?? '',
  }));
  return {
    dnsNames: names
      .filter(({ kind, value }) => kind === 'DNS' && !value.startsWith('"'))
      .map(({ value }) => value),
    ipAddresses: names
      .filter(({ kind, value }) => kind === 'IP Address' && isIP(value) !== 0)
      .map(({ value }) => canonicalAddress(value)),
  };
}
