import { isIP } from 'node:net';
import { canonicalAddress } from './address.ts';
import { issueCertificate, makeAuthority } from './issue.ts';
import type { Authority, IssuedKeyType } from './issue.ts';
import { readPemPair } from './pem.ts';
import type { CertificateMaterial, SubjectNames } from './types.ts';

/** A certificate with the authority that issued it, all PEM. */
export interface SelfIssued {
  readonly chainPem: string;
  readonly keyPem: string;
  readonly authorityPem: string;
  readonly authorityKeyPem: string;
}

export interface SelfIssuedRequest {
  /** Common name of the authority, at most 64 characters. */
  readonly authorityName: string;
  /** DNS names (`*.` allowed) and addresses that are to be covered. */
  readonly names: readonly string[];
  readonly keyType: IssuedKeyType;
  /** In milliseconds. */
  readonly lifetime: number;
  readonly now: Date;
}

/** How long an authority is valid, in milliseconds: ten years, as clients have to import it. */
const AUTHORITY_LIFETIME = 3650 * 24 * 60 * 60 * 1000;

/** Longest common name (RFC 5280 appendix A.1, ub-common-name). */
const MAX_COMMON_NAME = 64;

/** How far a certificate's begin lies back, in milliseconds, for clients whose clocks are behind. */
const BACKDATED = 60 * 60 * 1000;

/**
 * The certificate as it is, as long as it covers the names and no more, has the right kind of key, and more than a third of its lifetime is left; else a new
 * one, from the same authority if that lives long enough.
 *
 * @param current what there is; null where there is nothing
 */
export function renewIfNeeded(current: SelfIssued | null, request: SelfIssuedRequest): SelfIssued {
  if (current !== null && isGood(current, request)) return current;
  const authority = (current && reusableAuthority(current, request)) ?? newAuthority(request);
  const { names, keyType, now, lifetime } = request;
  const { chainPem, keyPem } = issueCertificate(authority, {
    commonName: names.find(({ length }) => length <= MAX_COMMON_NAME) ?? request.authorityName,
    dns: names.filter((name) => isIP(name) === 0),
    ip: names.filter((name) => isIP(name) !== 0),
    keyType,
    validity: {
      notBefore: new Date(now.getTime() - BACKDATED),
      notAfter: new Date(now.getTime() + lifetime),
    },
  });
  return { chainPem, keyPem, authorityPem: authority.certificatePem, authorityKeyPem: authority.keyPem };
}

function isGood(current: SelfIssued, { names, keyType, lifetime, now }: SelfIssuedRequest): boolean {
  const material = read(current);
  if (material === null) return false;
  const { leaf } = material;
  const left = leaf.notAfter.getTime() - now.getTime();
  const isLong = leaf.notAfter.getTime() - leaf.notBefore.getTime() > lifetime + BACKDATED + 1000;
  return left > lifetime / 3 && !isLong && leaf.keyType === keyType && coversExactly(leaf, names);
}

/** What is not needed any more is no longer covered either. */
function coversExactly({ dnsNames, ipAddresses }: SubjectNames, names: readonly string[]): boolean {
  const held = new Set([...dnsNames, ...ipAddresses]);
  const wanted = new Set(names.map((name) => (isIP(name) === 0 ? name : canonicalAddress(name))));
  return held.size === wanted.size && [...wanted].every((name) => held.has(name));
}

function read({ chainPem, keyPem, authorityPem }: SelfIssued): CertificateMaterial | null {
  const result = readPemPair(chainPem, keyPem, authorityPem);
  return result.ok && result.findings.length === 0 ? result.material : null;
}

function reusableAuthority(current: SelfIssued, { now, lifetime }: SelfIssuedRequest): Authority | null {
  const { authorityPem: certificatePem, authorityKeyPem: keyPem } = current;
  // The pair is read as any other: a key that does not fit would issue what nobody trusts.
  const pair = readPemPair(certificatePem, keyPem);
  if (!pair.ok || pair.material.leaf.notAfter.getTime() < now.getTime() + lifetime) return null;
  return { certificatePem, keyPem, rootPem: certificatePem, intermediatesPem: '' };
}

function newAuthority({ authorityName, now, lifetime }: SelfIssuedRequest): Authority {
  const end = now.getTime() + Math.max(AUTHORITY_LIFETIME, 2 * lifetime);
  return makeAuthority({
    name: authorityName,
    validity: { notBefore: new Date(now.getTime() - BACKDATED), notAfter: new Date(end) },
  });
}
