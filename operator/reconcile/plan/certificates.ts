import { createKeystoreCache } from '../../certificates/keystore-cache.ts';
import { DEFAULT_PASSWORD } from '../../certificates/keystore.ts';
import { readPemPair } from '../../certificates/pem.ts';
import type { CertificateResult, CertificateSuccess } from '../../certificates/types.ts';
import type { CertificateSpec } from '../../api/spec/certificate.ts';
import type { Finding } from '../../api/status.ts';
import type { PlanInput, PlannedCertificate, Problem, SecretData } from './types.ts';

/** Shared by all passes; as its result depends on its arguments alone, planning stays pure. */
const readKeystore = createKeystoreCache();

/** A certificate that was read, or why not: what the Secrets lack, or what is wrong with what they hold. */
type ReadResult = CertificateSuccess | ({ readonly ok: false } & Problem);

interface PlannedCertificates {
  readonly planned: readonly PlannedCertificate[];
  readonly findings: readonly Finding[];
}

/** Reads every certificate from its Secret; where that fails, what is being served stays. */
export function planCertificates(specs: readonly CertificateSpec[], input: PlanInput): PlannedCertificates {
  const results = specs.map((spec) => ({ spec, result: readCertificate(spec, input.secrets) }));
  return {
    planned: results.map(({ spec, result }) => planCertificate(spec, result, input)),
    findings: results.flatMap(({ spec, result }) =>
      result.ok
        ? result.findings.map(({ reason, message }) => ({
            path: certificatePath(spec),
            reason,
            message: `${sourceOf(spec)}: ${message}`,
          }))
        : [],
    ),
  };
}

function planCertificate(spec: CertificateSpec, result: ReadResult, input: PlanInput): PlannedCertificate {
  const { name } = spec;
  const source = sourceOf(spec);
  if (result.ok) return { state: 'Valid', name, source, material: result.material, problem: null };
  const problem: Problem = { reason: result.reason, message: `${certificatePath(spec)}: ${result.message}` };
  const { chainPem, keyPem } = input.lastGood.get(name) ?? { chainPem: '', keyPem: null };
  const lastGood = keyPem === null ? null : readPemPair(chainPem, keyPem);
  if (lastGood === null || !lastGood.ok) return { state: 'Missing', name, source, problem };
  return { state: 'LastGood', name, source, material: lastGood.material, problem };
}

function readCertificate(spec: CertificateSpec, secrets: ReadonlyMap<string, SecretData>): ReadResult {
  const secret = secrets.get(spec.secretRef.name);
  if (secret === undefined) {
    return failure(
      'SecretNotFound',
      `Secret ${spec.secretRef.name} does not exist; create it, or correct secretRef.name`,
    );
  }
  return spec.keystore === undefined
    ? readTlsSecret(spec, secret)
    : readKeystoreSecret(spec, spec.keystore, { secret, secrets });
}

function readTlsSecret(spec: CertificateSpec, secret: SecretData): ReadResult {
  const chain = secret.get('tls.crt');
  const key = secret.get('tls.key');
  if (chain === undefined || key === undefined) {
    const missing = chain === undefined ? 'tls.crt' : 'tls.key';
    const has = [...secret.keys()].join(', ') || 'nothing';
    return failure(
      'SecretKeyNotFound',
      `Secret ${spec.secretRef.name} has no ${missing} (it has ${has}); use a Secret of type kubernetes.io/tls, or say with keystore which key holds a keystore`,
    );
  }
  const authorities = secret.get('ca.crt')?.toString('utf8');
  return withSource(spec, readPemPair(chain.toString('utf8'), key.toString('utf8'), authorities));
}

type KeystoreSpec = NonNullable<CertificateSpec['keystore']>;

interface KeystoreSecrets {
  readonly secret: SecretData;
  readonly secrets: ReadonlyMap<string, SecretData>;
}

function readKeystoreSecret(
  spec: CertificateSpec,
  keystore: KeystoreSpec,
  { secret, secrets }: KeystoreSecrets,
): ReadResult {
  const bytes = secret.get(keystore.key);
  if (bytes === undefined) {
    const has = [...secret.keys()].join(', ') || 'nothing';
    return failure(
      'SecretKeyNotFound',
      `Secret ${spec.secretRef.name} has no key ${keystore.key} (it has ${has}); correct keystore.key`,
    );
  }
  const password = readPassword(keystore, secrets);
  if (typeof password !== 'string') return password;
  const result = readKeystore(
    bytes,
    keystore.alias === undefined ? { password } : { password, alias: keystore.alias },
  );
  if (result.ok || result.reason !== 'WrongPassword') return withSource(spec, result);
  return withSource(spec, { ...result, message: `${result.message} (${passwordSource(keystore)})` });
}

function passwordSource({ passwordRef }: KeystoreSpec): string {
  return passwordRef === undefined
    ? 'without keystore.passwordRef the password that the product is shipped with was tried'
    : `the one that was tried is in Secret ${passwordRef.name}, key ${passwordRef.key}`;
}

/** A failure that says which Secret it is about. */
function withSource(spec: CertificateSpec, result: CertificateResult): ReadResult {
  return result.ok ? result : failure(result.reason, `${sourceOf(spec)}: ${result.message}`);
}

/** Where a certificate comes from, in words. */
function sourceOf({ secretRef, keystore }: CertificateSpec): string {
  const keys = keystore === undefined ? 'keys tls.crt and tls.key' : `key ${keystore.key}`;
  return `Secret ${secretRef.name}, ${keys}`;
}

function readPassword(keystore: KeystoreSpec, secrets: ReadonlyMap<string, SecretData>): string | ReadResult {
  const { passwordRef } = keystore;
  if (passwordRef === undefined) return DEFAULT_PASSWORD;
  const secret = secrets.get(passwordRef.name);
  if (secret === undefined) {
    return failure(
      'SecretNotFound',
      `Secret ${passwordRef.name} with the password does not exist; create it, or correct passwordRef.name`,
    );
  }
  const password = secret.get(passwordRef.key);
  if (password === undefined) {
    return failure(
      'SecretKeyNotFound',
      `Secret ${passwordRef.name} has no key ${passwordRef.key}; add the password there, or correct passwordRef.key`,
    );
  }
  // `kubectl create secret --from-file` keeps the line end that editors put behind a password.
  return password.toString('utf8').replace(/\r?\n$/, '');
}

function certificatePath(spec: CertificateSpec): string {
  return `spec.certificates[${spec.name}]`;
}

function failure(reason: string, message: string): ReadResult {
  return { ok: false, reason, message };
}
