import { createHash, createHmac, X509Certificate } from 'node:crypto';
import { writeJksTrustStore } from './jks.ts';
import { pemBlocks } from './pem-blocks.ts';
import { writePkcs12TrustStore } from './pkcs12/trust-store.ts';
import { publicRootOf } from './public-roots.ts';
import type { CertificateMaterial } from './types.ts';

/** Password of the published trust stores, Java's usual one. What they hold is public; it is there because older Java demands one. */
export const TRUST_STORE_PASSWORD = 'changeit';

/** Alias of the trusted certificate in them. */
export const TRUST_STORE_ALIAS = 'teamwork-proxy';

/** What clients need in order to trust a server. The same material gives the same bytes. */
export interface ClientTrust {
  /** The trust anchor, PEM: for curl, Python and others. */
  readonly crtPem: string;
  /** The trust anchor, DER. */
  readonly crtDer: Buffer;
  /** Java trust store with the trust anchor, JKS, for older clients that look for `cert.jks`. Password `changeit`. */
  readonly jks: Buffer;
  /** The same as PKCS#12, which Java 9 and later make by default. Password `changeit`. */
  readonly p12: Buffer;
  /** SHA-256 of the trust anchor, 64 lower-case hex digits. */
  readonly anchorFingerprint: string;
  /** SHA-256 of the server's own certificate, for clients that show it or pin it, 64 lower-case hex digits. */
  readonly fingerprint: string;
}

/**
 * Makes the files that clients import. The trust anchor is the root: the last certificate of the chain, or the public root above it. Where the chain was
 * given without its root, the last certificate serves: Java takes any certificate as an anchor (RFC 5280 section 6.1.1 d asks for a name and a key only), and so
 * does curl. The server's own certificate is not added beside a root: Java accepts a certificate that is itself in the trust store without looking at its dates,
 * so that one that was replaced because its key got out would stay trusted.
 */
export function clientTrust({ chainPem, leaf }: CertificateMaterial): ClientTrust {
  const anchor = trustAnchor(chainPem);
  const { raw: crtDer } = anchor;
  // The password is published and the contents are public, so nothing hangs on the salt, and a random one would make every pass write a new file.
  const salt = createHmac('sha256', 'teamwork-proxy trust store')
    .update(crtDer)
    .digest()
    .subarray(0, SALT_BYTES);
  return {
    crtPem: anchor.toString(),
    crtDer,
    jks: writeJksTrustStore(TRUST_STORE_ALIAS, crtDer, {
      password: TRUST_STORE_PASSWORD,
      created: anchor.validFromDate,
    }),
    p12: writePkcs12TrustStore(TRUST_STORE_ALIAS, crtDer, {
      password: TRUST_STORE_PASSWORD,
      salt,
      iterations: ITERATIONS,
    }),
    anchorFingerprint: createHash('sha256').update(crtDer).digest('hex'),
    fingerprint: leaf.fingerprintSha256,
  };
}

const SALT_BYTES = 20;

/** Iterations make a password hard to guess; this one is known. */
const ITERATIONS = 1000;

function trustAnchor(chainPem: string): X509Certificate {
  const last = pemBlocks(chainPem).blocks.at(-1);
  if (last === undefined) throw new Error('certificate material without a certificate');
  const top = new X509Certificate(Buffer.from(last.body, 'base64'));
  return publicRootOf(top) ?? top;
}
