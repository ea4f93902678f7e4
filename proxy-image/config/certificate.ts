import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { isHostname } from './validation/formats.ts';

/** A chain with its key, both checked. */
export interface LoadedCertificate {
  readonly chainPem: string;
  readonly keyPem: string;
  /** Host names that it covers, lower case, some with `*.` at their start. */
  readonly names: readonly string[];
  /** SHA-256 fingerprint of the leaf, 64 lower-case hex digits. */
  readonly fingerprint: string;
  /** RFC 3339, UTC. */
  readonly notAfter: string;
}

export type CertificateResult =
  | { readonly ok: true; readonly certificate: LoadedCertificate }
  /** `part` is what is wrong; `message` completes "<file> ...". */
  | { readonly ok: false; readonly part: 'chain' | 'key'; readonly message: string };

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Checks that a chain (leaf first) and the key of its leaf can be served, and tells what is in them. */
export function readCertificate(chainPem: string, keyPem: string): CertificateResult {
  const chain = parseChain(chainPem);
  if (typeof chain === 'string') {
    return { ok: false, part: 'chain', message: chain };
  }
  const key = parseKey(keyPem);
  if (typeof key === 'string') {
    return { ok: false, part: 'key', message: key };
  }
  const [leaf] = chain;
  if (!leaf.checkPrivateKey(key)) {
    return {
      ok: false,
      part: 'key',
      message: `does not belong to the first certificate of the chain (${subject(leaf)})`,
    };
  }
  const refused = refusal(chainPem, keyPem);
  if (refused !== null) {
    return { ok: false, part: 'chain', message: refused };
  }
  const certificate = {
    chainPem,
    keyPem,
    names: coveredNames(leaf),
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    notAfter: leaf.validToDate.toISOString().replace(/\.\d+Z$/, 'Z'),
  };
  return { ok: true, certificate };
}

/** Null when the text holds certificates that can be trusted; else what is wrong with it, completing "<file> ...". */
export function readTrust(pem: string): string | null {
  const chain = parseChain(pem);
  return typeof chain === 'string' ? chain : null;
}

function parseChain(pem: string): readonly [X509Certificate, ...X509Certificate[]] | string {
  const [first, ...rest] = pem.match(PEM_CERTIFICATE) ?? [];
  if (first === undefined) {
    return 'holds no PEM certificate ("-----BEGIN CERTIFICATE-----")';
  }
  try {
    return [new X509Certificate(first), ...rest.map((block) => new X509Certificate(block))];
  } catch (error) {
    return `holds a certificate that can't be read: ${(error as Error).message}`;
  }
}

function parseKey(pem: string): KeyObject | string {
  if (!pem.includes('PRIVATE KEY-----')) {
    return 'holds no PEM private key ("-----BEGIN PRIVATE KEY-----")';
  }
  if (pem.includes('ENCRYPTED')) {
    return 'holds an encrypted key: store it without a passphrase';
  }
  try {
    return createPrivateKey(pem);
  } catch (error) {
    return `holds a key that can't be read: ${(error as Error).message}`;
  }
}

/** OpenSSL has rules of its own, such as for the size of keys. */
function refusal(cert: string, key: string): string | null {
  try {
    createSecureContext({ cert, key });
    return null;
  } catch (error) {
    return `can't be used for TLS: ${(error as Error).message}`;
  }
}

/** The DNS names of the subject alternative names; of a certificate without them the common name. */
function coveredNames(leaf: X509Certificate): readonly string[] {
  const alternatives = leaf.subjectAltName?.split(', ').filter((entry) => entry.startsWith('DNS:')) ?? [];
  const names =
    leaf.subjectAltName === undefined
      ? commonNames(leaf)
      : alternatives.map((entry) => entry.slice('DNS:'.length));
  return [...new Set(names.map((name) => name.toLowerCase()))].filter(isHostname);
}

function commonNames({ subject }: X509Certificate): readonly string[] {
  return subject.split('\n').flatMap((line) => (line.startsWith('CN=') ? [line.slice('CN='.length)] : []));
}

function subject(certificate: X509Certificate): string {
  return certificate.subject.replaceAll('\n', ', ');
}
