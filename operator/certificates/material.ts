import { createHash } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { CertificateError } from './certificate-error.ts';
import type { CertificateMaterial } from './types.ts';
import { keyType, leafFacts } from './x509.ts';

/** Kinds of key that TLS 1.2 and 1.3 servers sign with. */
const TLS_KEY_TYPES = new Set<string | undefined>(['rsa', 'rsa-pss', 'ec', 'ed25519', 'ed448']);

/** Makes what is served of a key and its chain. Throws a CertificateError when TLS would refuse it, so that the proxy never gets what it can't use. */
export function makeMaterial(
  key: KeyObject,
  chain: readonly [X509Certificate, ...X509Certificate[]],
): CertificateMaterial {
  if (!TLS_KEY_TYPES.has(key.asymmetricKeyType)) {
    throw new CertificateError(
      'UnsupportedKey',
      `TLS has no use for a key of the kind ${keyType(key)}; make one with keytool -genkeypair -keyalg RSA (or EC)`,
    );
  }
  const chainPem = chain.map((certificate) => certificate.toString()).join('');
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  checkUsable(chainPem, keyPem);
  return {
    chainPem,
    chainSha256: createHash('sha256').update(chainPem).digest('hex'),
    keyPem,
    leaf: leafFacts(chain[0]),
  };
}

function checkUsable(chainPem: string, keyPem: string): void {
  try {
    createSecureContext({ cert: chainPem, key: keyPem });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CertificateError(
      'UnusableCertificate',
      `TLS refuses this certificate (${detail}); make one with an RSA key of 2048 bits or more, or an EC key, and a SHA-256 signature`,
    );
  }
}
