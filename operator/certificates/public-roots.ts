import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { isIssuedBy } from './x509.ts';

let rootsBySubject: ReadonlyMap<string, readonly X509Certificate[]> | undefined;

/** The public root (of the list that Node carries) that issued a certificate; undefined where none did. */
export function publicRootOf(certificate: X509Certificate): X509Certificate | undefined {
  rootsBySubject ??= Map.groupBy(
    rootCertificates.map((pem) => new X509Certificate(pem)),
    ({ subject }) => subject,
  );
  const candidates = rootsBySubject.get(certificate.issuer) ?? [];
  return candidates.find((root) => isIssuedBy(certificate, root));
}
