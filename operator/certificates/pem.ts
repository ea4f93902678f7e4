import { createPrivateKey } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { asResult, CertificateError } from './certificate-error.ts';
import { orderChain, unusedFindings } from './chain.ts';
import { makeMaterial } from './material.ts';
import { pemBlocks } from './pem-blocks.ts';
import type { PemBlock } from './pem-blocks.ts';
import type { CertificateResult } from './types.ts';
import { parseCertificate } from './x509.ts';

const CERTIFICATE_LABELS: readonly string[] = ['CERTIFICATE', 'X509 CERTIFICATE'];
const KEY_LABELS: readonly string[] = ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'];

/**
 * Reads the two halves of a kubernetes.io/tls Secret: certificates in any order, and a key (PKCS#8, PKCS#1, SEC1). Other PEM blocks are passed over, so
 * both halves may be the one file with key and chain that proxies are often given.
 *
 * @param authoritiesPem `ca.crt`, as cert-manager has it: what issued the chain, as far as the chain leaves it out. It may hold anything, as it is not served.
 */
export function readPemPair(chainPem: string, keyPem: string, authoritiesPem = ''): CertificateResult {
  return asResult(() => {
    const key = readKey(keyPem);
    const given = readCertificates(chainPem, CHAIN);
    const authorities = readAuthorities(authoritiesPem);
    const { chain, unused, findings } = orderChain(key, [...given, ...authorities]);
    const misplaced = unused.filter((certificate) => given.includes(certificate));
    return {
      ok: true,
      material: makeMaterial(key, chain),
      findings: [...findings, ...unusedFindings(misplaced)],
    };
  });
}

function readAuthorities(text: string): X509Certificate[] {
  return pemBlocks(text)
    .blocks.filter(({ label }) => CERTIFICATE_LABELS.includes(label))
    .flatMap((block) => parseBlock(block) ?? []);
}

function parseBlock({ body }: PemBlock): X509Certificate | null {
  return parseCertificate(`-----BEGIN CERTIFICATE-----${body}-----END CERTIFICATE-----`);
}

/** How a text is called in what is said about it. */
interface CertificateText {
  /** What it holds. */
  readonly noun: string;
  readonly form: string;
}

const CHAIN: CertificateText = {
  noun: 'chain',
  form: 'give it as PEM, the leaf and its intermediates in one file',
};

/**
 * Reads certificates in PEM, at least one; blocks of other kinds are passed over.
 *
 * @throws {CertificateError} if there is none, or one of them is damaged
 */
export function readCertificates(text: string, { noun, form }: CertificateText): X509Certificate[] {
  const blocks = readBlocks(text, 'DamagedCertificate').filter(({ label }) =>
    CERTIFICATE_LABELS.includes(label),
  );
  if (blocks.length === 0) {
    throw new CertificateError('NoCertificate', `there is no "BEGIN CERTIFICATE" in the ${noun}; ${form}`);
  }
  return blocks.map((block, index) => {
    const certificate = parseBlock(block);
    if (certificate !== null) return certificate;
    throw new CertificateError(
      'DamagedCertificate',
      `certificate ${index + 1} of the ${noun} is cut off, altered, or has a key of an unknown kind; export it again`,
    );
  });
}

function readKey(text: string): KeyObject {
  const blocks = readBlocks(text, 'DamagedKey');
  const block = blocks.find(({ label }) => KEY_LABELS.includes(label));
  if (block === undefined) {
    if (blocks.some(({ label }) => label === 'ENCRYPTED PRIVATE KEY')) throw encryptedKey();
    const found = blocks.map(({ label }) => label).join(', ') || 'no PEM at all';
    throw new CertificateError(
      'NoPrivateKey',
      `there is no private key (found: ${found}); give it as PEM, unencrypted`,
    );
  }
  const { label, body } = block;
  if (body.includes('ENCRYPTED')) throw encryptedKey();
  try {
    return createPrivateKey(`-----BEGIN ${label}-----${body}-----END ${label}-----`);
  } catch {
    throw new CertificateError(
      'DamagedKey',
      'the private key is cut off, altered, or of an unknown kind; export it again',
    );
  }
}

function readBlocks(text: string, reason: 'DamagedCertificate' | 'DamagedKey'): readonly PemBlock[] {
  const { blocks, unfinished } = pemBlocks(text);
  if (unfinished === undefined) return blocks;
  throw new CertificateError(reason, `"BEGIN ${unfinished}" has no "END ${unfinished}"; copy the whole file`);
}

function encryptedKey(): CertificateError {
  return new CertificateError(
    'EncryptedKey',
    'the private key is encrypted, and a TLS Secret has no place for its password; decrypt it with openssl pkey -in encrypted.key -out tls.key',
  );
}
