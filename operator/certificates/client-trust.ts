import { createHash, createHmac, X509Certificate } from 'node:crypto';
import { writeJksTrustStore } from './jks/write.ts';
import { pemBlocks } from './pem-blocks.ts';
import { writePkcs12TrustStore } from './pkcs12/trust-store.ts';
import { publicRootOf } from './public-roots.ts';
import type { CertificateMaterial } from './types.ts';

/** Password of the published trust stores, Java's usual one. What they hold is public; it is there because older Java demands one. */
export const TRUST_STORE_PASSWORD = 'changeit';

/** What clients need in order to trust one certificate of a server. */
export interface TrustAnchor {
  /** The trust anchor, PEM: for curl, Python and others. */
  readonly crtPem: string;
  /** The trust anchor, DER. */
  readonly crtDer: Buffer;
  /** SHA-256 of the trust anchor, 64 lower-case hex digits. */
  readonly anchorFingerprint: string;
  /** SHA-256 of the server's own certificate, for clients that show it or pin it, 64 lower-case hex digits. */
  readonly fingerprint: string;
  /** When the trust anchor began to be valid. */
  readonly validFrom: Date;
}

/** A trust anchor by the name of the certificate that it is for. */
export interface NamedAnchor {
  /** Lower-case ASCII; becomes the alias. */
  readonly name: string;
  readonly anchor: TrustAnchor;
}

/** Java trust stores. The same anchors give the same bytes. */
export interface TrustStores {
  /** JKS, for older clients that look for `cert.jks`. Password `changeit`. */
  readonly jks: Buffer;
  /** The same as PKCS#12, which Java 9 and later make by default. Password `changeit`. */
  readonly p12: Buffer;
}

/**
 * What a client has to trust: the root, which is the last certificate of the chain or the public root above it. Where the chain was given without its root,
 * the last certificate serves: Java takes any certificate as an anchor (RFC 5280 section 6.1.1 d asks for a name and a key only), and so does curl. The server's
 * own certificate is not added beside a root: Java accepts a certificate that is itself in the trust store without looking at its dates, so that one that was
 * replaced because its key got out would stay trusted.
 */
export function trustAnchor({ chainPem, leaf }: CertificateMaterial): TrustAnchor {
  const anchor = topOf(chainPem);
  return {
    crtPem: anchor.toString(),
    crtDer: anchor.raw,
    anchorFingerprint: createHash('sha256').update(anchor.raw).digest('hex'),
    fingerprint: leaf.fingerprintSha256,
    validFrom: anchor.validFromDate,
  };
}

/** More trust stores than that are made again each time. */
const CAPACITY = 256;

/** What was made last: deriving keys for a trust store takes longer than all else that a pass does, and many resources have the same anchors. */
const made = new Map<string, TrustStores>();

/** Makes the trust stores that Java clients import. An anchor of several certificates is in them once, under the first one's name. */
export function trustStores(anchors: readonly NamedAnchor[]): TrustStores {
  const wanted = distinct(anchors);
  const key = JSON.stringify(wanted.map(({ name, anchor }) => [name, anchor.anchorFingerprint]));
  const stores = made.get(key) ?? makeTrustStores(wanted);
  made.delete(key);
  made.set(key, stores);
  const [oldest] = made.keys();
  if (made.size > CAPACITY && oldest !== undefined) made.delete(oldest);
  return stores;
}

function makeTrustStores(anchors: readonly NamedAnchor[]): TrustStores {
  const entries = anchors.map(({ name, anchor }) => ({
    alias: name,
    der: anchor.crtDer,
    created: anchor.validFrom,
  }));
  // The password is published and the contents are public, so nothing hangs on the salt, and a random one would make every pass write a new file.
  const hmac = createHmac('sha256', 'teamwork-proxy trust store');
  for (const { alias, der } of entries) hmac.update(alias).update(der);
  return {
    jks: writeJksTrustStore(entries, TRUST_STORE_PASSWORD),
    p12: writePkcs12TrustStore(entries, {
      password: TRUST_STORE_PASSWORD,
      salt: hmac.digest().subarray(0, SALT_BYTES),
      iterations: ITERATIONS,
    }),
  };
}

/** The first of the anchors that are the same certificate. */
export function distinct(anchors: readonly NamedAnchor[]): readonly NamedAnchor[] {
  const first = new Map<string, NamedAnchor>();
  for (const named of anchors) {
    if (!first.has(named.anchor.anchorFingerprint)) first.set(named.anchor.anchorFingerprint, named);
  }
  return [...first.values()];
}

const SALT_BYTES = 20;

/** Iterations make a password hard to guess; this one is known. */
const ITERATIONS = 1000;

function topOf(chainPem: string): X509Certificate {
  const last = pemBlocks(chainPem).blocks.at(-1);
  if (last === undefined) throw new Error('certificate material without a certificate');
  const top = new X509Certificate(Buffer.from(last.body, 'base64'));
  return publicRootOf(top) ?? top;
}
