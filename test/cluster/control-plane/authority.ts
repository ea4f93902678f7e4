import { generateKeyPair, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';

/** A certificate and its private key, both as PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Whom a certificate is for. Kubernetes reads the common name as the user and the organization as the group. */
export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
  /** DNS names and IP addresses a server answers on; none for a mere client. */
  readonly hosts?: readonly string[];
}

/** A certificate authority that lives as long as its cluster. */
export interface Authority extends KeyPair {
  /** Makes a key and signs a certificate for it, good for clients and servers. */
  issue(subject: Subject): Promise<KeyPair>;
}

const makeKeyPair = promisify(generateKeyPair);
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes a certificate authority of that name.
 *
 * @param hosts what its own certificate names, for the rare client that checks that
 */
export async function createAuthority(commonName: string, hosts: readonly string[] = []): Promise<Authority> {
  const subject = [{ name: 'commonName', value: commonName }];
  const keys = await makeRsaKey();
  const extensions: object[] = [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    { name: 'subjectKeyIdentifier' },
    ...alternativeNames(hosts),
  ];
  const certificate = sign({
    subject,
    issuer: subject,
    publicKey: keys.publicKey,
    extensions,
    signer: keys.privateKey,
  });

  return {
    certificate,
    key: keys.privateKey,
    issue: (leaf) => issue({ issuer: subject, signer: keys.privateKey }, leaf),
  };
}

/** A private key as PEM that belongs to no certificate, for signing service account tokens. */
export async function createSigningKey(): Promise<string> {
  return (await makeRsaKey()).privateKey;
}

async function issue(
  authority: { issuer: forge.pki.CertificateField[]; signer: string },
  { commonName, organization, hosts = [] }: Subject,
): Promise<KeyPair> {
  const subject: forge.pki.CertificateField[] = [{ name: 'commonName', value: commonName }];
  if (organization !== undefined) {
    subject.unshift({ name: 'organizationName', value: organization });
  }
  const extensions: object[] = [
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    ...alternativeNames(hosts),
  ];

  const keys = await makeRsaKey();
  const certificate = sign({ ...authority, subject, publicKey: keys.publicKey, extensions });
  return { certificate, key: keys.privateKey };
}

/** The extension subjectAltName, if there is a host to name; the types are those of RFC 5280, 4.2.1.6. */
function alternativeNames(hosts: readonly string[]): object[] {
  const altNames = hosts.map((host) => (isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host }));
  return altNames.length === 0 ? [] : [{ name: 'subjectAltName', altNames }];
}

interface CertificateRequest {
  readonly subject: forge.pki.CertificateField[];
  readonly issuer: forge.pki.CertificateField[];
  readonly publicKey: string;
  readonly extensions: object[];
  /** The private key of the issuer. */
  readonly signer: string;
}

function sign({ subject, issuer, publicKey, extensions, signer }: CertificateRequest): string {
  const certificate = forge.pki.createCertificate();
  // The leading zero byte keeps the number positive, as RFC 5280 demands.
  certificate.serialNumber = `00${randomBytes(16).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - dayMs);
  certificate.validity.notAfter = new Date(Date.now() + 365 * dayMs);
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  certificate.setExtensions(extensions);
  certificate.sign(forge.pki.privateKeyFromPem(signer), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

/** RSA, because node-forge cannot sign with anything else; PKCS #1, because MetalLB reads nothing else. */
async function makeRsaKey(): Promise<{ publicKey: string; privateKey: string }> {
  return makeKeyPair('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}
