/** A certificate chain with its key, ready to be served. */
export interface CertificateMaterial {
  /** PEM: the leaf, then each certificate's issuer as far as they were given, the root included. */
  readonly chainPem: string;
  /** SHA-256 of `chainPem`, 64 lower-case hex digits. */
  readonly chainSha256: string;
  /** The leaf's private key, PKCS#8 PEM without a password. */
  readonly keyPem: string;
  readonly leaf: LeafFacts;
}

/** What the leaf certificate says. */
export interface LeafFacts extends SubjectNames {
  /** Distinguished name, the common name first (RFC 4514 order). */
  readonly subject: string;
  readonly issuer: string;
  /** Serial number, upper-case hex digits as OpenSSL prints them. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the certificate, 64 lower-case hex digits. */
  readonly fingerprintSha256: string;
  /** `RSA-2048`, `EC-P-256`, `Ed25519`. */
  readonly keyType: string;
  readonly selfSigned: boolean;
}

/** The subject alternative names that a client's idea of the server is compared with. */
export interface SubjectNames {
  /** DNS names as they stand in the certificate, wildcards included. */
  readonly dnsNames: readonly string[];
  /** IPv4 and IPv6 addresses in their canonical text form. */
  readonly ipAddresses: readonly string[];
}

/** Something that works but deserves attention. */
export interface CertificateFinding {
  readonly reason: 'AliasAssumed' | 'DefaultPassword' | 'IncompleteChain' | 'UnusedCertificates';
  readonly message: string;
}

/** Why there is nothing to serve; these are reasons of the condition `CertificatesValid`. */
export type CertificateProblem =
  /** The bytes are no keystore. */
  | 'NotAKeystore'
  /** A keystore of a kind, or protected in a way, that is not read. */
  | 'UnsupportedKeystore'
  /** A keystore that is cut off or altered. */
  | 'DamagedKeystore'
  | 'WrongPassword'
  | 'AliasNotFound'
  /** There is no private key where one must be. */
  | 'NoPrivateKey'
  | 'EncryptedKey'
  | 'DamagedKey'
  /** A key that TLS has no use for. */
  | 'UnsupportedKey'
  | 'NoCertificate'
  | 'DamagedCertificate'
  /** The key belongs to none of the certificates. */
  | 'KeyMismatch'
  /** TLS refuses the pair, for example because its key is too short. */
  | 'UnusableCertificate';

export interface CertificateFailure {
  readonly ok: false;
  readonly reason: CertificateProblem;
  /** What is wrong, and what to do. */
  readonly message: string;
}

export interface CertificateSuccess {
  readonly ok: true;
  readonly material: CertificateMaterial;
  readonly findings: readonly CertificateFinding[];
}

export type CertificateResult = CertificateSuccess | CertificateFailure;
