import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import * as asn1 from './asn1.ts';
import type { Element } from './asn1.ts';
import { addressBytes } from './address.ts';

/** Kinds of key that certificates are issued for. */
export type IssuedKeyType = 'RSA-2048' | 'RSA-3072' | 'RSA-4096' | 'EC-P-256' | 'EC-P-384' | 'Ed25519';

/** A certificate authority that can issue. Its secrets are in memory only. */
export interface Authority {
  /** Its own certificate, PEM. */
  readonly certificatePem: string;
  /** Its private key, PKCS#8 PEM. */
  readonly keyPem: string;
  /** Certificate of the self-signed authority that all of this leads to, PEM. */
  readonly rootPem: string;
  /** What a server has to send beside its own certificate: this authority's certificate and those above it, without the root. PEM, empty for a root. */
  readonly intermediatesPem: string;
}

/** A certificate with its key. */
export interface IssuedCertificate {
  /** The certificate alone, PEM. */
  readonly certificatePem: string;
  /** The certificate, then the intermediates, without the root. PEM. */
  readonly chainPem: string;
  /** The chain with the root at its end, PEM. */
  readonly fullChainPem: string;
  /** PKCS#8 PEM. */
  readonly keyPem: string;
}

export interface AuthorityRequest {
  /** Common name. */
  readonly name: string;
  /** EC-P-256 unless given. */
  readonly keyType?: IssuedKeyType;
  readonly validity: Validity;
  /** Who signs; without it the authority signs itself and is a root. */
  readonly issuer?: Authority;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** DNS names, `*.` allowed. */
  readonly dns?: readonly string[];
  /** IPv4 and IPv6 addresses. */
  readonly ip?: readonly string[];
  /** EC-P-256 unless given. */
  readonly keyType?: IssuedKeyType;
  /** Server unless given. */
  readonly side?: 'Server' | 'Client';
  readonly validity: Validity;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

interface Template {
  readonly subject: string;
  readonly validity: Validity;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Element[];
}

interface Signer {
  readonly name: Element;
  readonly key: KeyObject;
}

/** Makes a certificate authority: a root, or an intermediate when an issuer is given. */
export function makeAuthority(request: AuthorityRequest): Authority {
  const { name, validity, issuer } = request;
  const { publicKey, privateKey } = makeKeyPair(request.keyType ?? 'EC-P-256');
  const signer = issuer === undefined ? { name: nameOf(name), key: privateKey } : signerOf(issuer);
  const signerKey = createPublicKey(signer.key);
  const extensions = [
    extension('2.5.29.19', asn1.sequence(asn1.boolean(true)), true),
    extension('2.5.29.15', keyUsage('keyCertSign', 'cRLSign'), true),
    ...keyIdentifiers(publicKey, signerKey),
  ];
  const certificatePem = certify({ subject: name, validity, publicKey, extensions }, signer);
  return {
    certificatePem,
    keyPem: exportKey(privateKey),
    rootPem: issuer?.rootPem ?? certificatePem,
    intermediatesPem: issuer === undefined ? '' : certificatePem + issuer.intermediatesPem,
  };
}

/** Issues a certificate (RFC 5280 profile) for the side of TLS that it is to prove. Throws when `ip` holds something that is no address. */
export function issueCertificate(authority: Authority, request: CertificateRequest): IssuedCertificate {
  const keyType = request.keyType ?? 'EC-P-256';
  const { publicKey, privateKey } = makeKeyPair(keyType);
  const signer = signerOf(authority);
  const names = [...(request.dns ?? []).map(dnsName), ...(request.ip ?? []).map(ipName)];
  const usages: KeyUsage[] = keyType.startsWith('RSA')
    ? ['digitalSignature', 'keyEncipherment']
    : ['digitalSignature'];
  const extensions = [
    extension('2.5.29.19', asn1.sequence(), true),
    extension('2.5.29.15', keyUsage(...usages), true),
    extension('2.5.29.37', asn1.sequence(asn1.oid(EXTENDED_KEY_USAGE[request.side ?? 'Server']))),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', asn1.sequence(...names))]),
    ...keyIdentifiers(publicKey, createPublicKey(signer.key)),
  ];
  const { commonName: subject, validity } = request;
  const certificatePem = certify({ subject, validity, publicKey, extensions }, signer);
  const chainPem = certificatePem + authority.intermediatesPem;
  return {
    certificatePem,
    chainPem,
    fullChainPem: chainPem + authority.rootPem,
    keyPem: exportKey(privateKey),
  };
}

function makeKeyPair(keyType: IssuedKeyType): {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
} {
  switch (keyType) {
    case 'RSA-2048':
    case 'RSA-3072':
    case 'RSA-4096':
      return generateKeyPairSync('rsa', { modulusLength: Number(keyType.slice('RSA-'.length)) });
    case 'EC-P-256':
    case 'EC-P-384':
      return generateKeyPairSync('ec', { namedCurve: keyType.slice('EC-'.length) });
    case 'Ed25519':
      return generateKeyPairSync('ed25519');
  }
}

function certify({ subject, validity, publicKey, extensions }: Template, signer: Signer): string {
  const { algorithm, hash } = signatureOf(signer.key);
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  const tbs = asn1.sequence(
    asn1.explicit(0, asn1.integer(2)),
    asn1.integer(serial),
    algorithm,
    signer.name,
    asn1.sequence(asn1.time(validity.notBefore), asn1.time(validity.notAfter)),
    nameOf(subject),
    asn1.parseElement(publicKeyInfo(publicKey)),
    asn1.explicit(3, asn1.sequence(...extensions)),
  );
  const signature = sign(hash, asn1.encodeElement(tbs), signer.key);
  const certificate = asn1.sequence(tbs, algorithm, asn1.bits(signature));
  return new X509Certificate(asn1.encodeElement(certificate)).toString();
}

/** Algorithm identifier (RFC 4055, 5758, 8410) and hash for signatures of a key. */
function signatureOf(key: KeyObject): { readonly algorithm: Element; readonly hash: string | null } {
  if (key.asymmetricKeyType === 'rsa') {
    return { algorithm: asn1.sequence(asn1.oid('1.2.840.113549.1.1.11'), asn1.nothing()), hash: 'sha256' };
  }
  if (key.asymmetricKeyType === 'ed25519') {
    return { algorithm: asn1.sequence(asn1.oid('1.3.101.112')), hash: null };
  }
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1'
    ? { algorithm: asn1.sequence(asn1.oid('1.2.840.10045.4.3.3')), hash: 'sha384' }
    : { algorithm: asn1.sequence(asn1.oid('1.2.840.10045.4.3.2')), hash: 'sha256' };
}

function signerOf(authority: Authority): Signer {
  const certificate = asn1.parseElement(new X509Certificate(authority.certificatePem).raw);
  const subject = asn1.elementAt(asn1.elementAt(certificate, 0), 5);
  return { name: subject, key: createPrivateKey(authority.keyPem) };
}

function nameOf(commonName: string): Element {
  return asn1.sequence(asn1.set(asn1.sequence(asn1.oid('2.5.4.3'), asn1.utf8(commonName))));
}

function extension(id: string, value: Element, critical = false): Element {
  const content = asn1.octets(asn1.encodeElement(value));
  return critical
    ? asn1.sequence(asn1.oid(id), asn1.boolean(true), content)
    : asn1.sequence(asn1.oid(id), content);
}

/** RFC 5280 section 4.2.1.12: id-kp-serverAuth and id-kp-clientAuth. */
const EXTENDED_KEY_USAGE = { Server: '1.3.6.1.5.5.7.3.1', Client: '1.3.6.1.5.5.7.3.2' } as const;

/** Bits of the key usage extension (RFC 5280 section 4.2.1.3), counted from the first. */
const KEY_USAGE_BITS = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 } as const;
type KeyUsage = keyof typeof KEY_USAGE_BITS;

function keyUsage(...usages: readonly KeyUsage[]): Element {
  const positions = usages.map((usage): number => KEY_USAGE_BITS[usage]);
  const byte = positions.reduce((sum, position) => sum | (0x80 >> position), 0);
  return asn1.bits(Buffer.of(byte), 7 - Math.max(...positions));
}

/** Subject and authority key identifier. */
function keyIdentifiers(subject: KeyObject, issuer: KeyObject): Element[] {
  return [
    extension('2.5.29.14', asn1.octets(keyIdentifier(subject))),
    extension('2.5.29.35', asn1.sequence(asn1.implicit(0, keyIdentifier(issuer)))),
  ];
}

/** The leftmost 160 bits of the SHA-256 of the key (RFC 7093 section 2, method 4). */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha256').update(publicKeyInfo(key)).digest().subarray(0, 20);
}

function dnsName(name: string): Element {
  return asn1.implicit(2, Buffer.from(name, 'ascii'));
}

function ipName(address: string): Element {
  if (isIP(address) === 0) throw new Error(`${address} is not an IP address`);
  return asn1.implicit(7, addressBytes(address));
}

function publicKeyInfo(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function exportKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
