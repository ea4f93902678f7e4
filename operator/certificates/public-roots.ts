import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { isIssuedBy } from './x509.ts';

let rootsBySubject: ReadonlyMap<string, readonly X509Certificate[]> | undefined;

/** Whether a public root (of the list that Node carries) issued the certificate, so that clients can go on by themselves. */
export function isIssuedByPublicRoot(certificate: X509Certificate): boolean {
  rootsBySubject ??= Map.groupBy(
    rootCertificates.map((pem) => new X509Certificate(pem)),
    ({ subject }) => subject,
  );
  const candidates = rootsBySubject.get(certificate.issuer) ?? [];
  return candidates.some((root) => isIssuedBy(certificate, root));
}
