import { createPrivateKey } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { asResult, CertificateError } from './certificate-error.ts';
import { orderChain } from './chain.ts';
import { readJks } from './jks/read.ts';
import type { CertificateEntry, KeyEntry, KeystoreEntries } from './keystore-contents.ts';
import { keystoreFormat } from './keystore-format.ts';
import { makeMaterial } from './material.ts';
import { readPkcs12 } from './pkcs12/read.ts';
import type { CertificateFinding, CertificateResult } from './types.ts';
import { parseCertificate } from './x509.ts';

/** Alias of the key entry in the keystore that Teamwork Cloud is shipped with. */
export const DEFAULT_ALIAS = 'teamworkcloud';

/** Password of the keystore that Teamwork Cloud is shipped with. It is published, so it protects nothing. */
export const DEFAULT_PASSWORD = 'nomagic';

export interface KeystoreAccess {
  readonly password: string;
  /** Alias of the key entry, in any case. Without it `teamworkcloud`, or the only key entry that there is. */
  readonly alias?: string;
}

/** Reads one key with its chain from a keystore, PKCS#12 or JKS, as keytool and openssl make it, in their present and legacy forms. No bytes make it throw. */
export function readKeystore(bytes: Buffer, access: KeystoreAccess): CertificateResult {
  return asResult(() => {
    const read = keystoreFormat(bytes) === 'JKS' ? readJks : readPkcs12;
    const contents = read(bytes, access.password);
    const { entry, findings } = selectEntry(contents, access.alias);
    const key = parseKey(entry);
    const { chain, findings: chainFindings } = orderChain(key, certificatesFor(entry, contents.certificates));
    return {
      ok: true,
      material: makeMaterial(key, chain),
      findings: [...passwordFindings(access.password), ...findings, ...chainFindings],
    };
  });
}

interface Selection {
  readonly entry: KeyEntry;
  readonly findings: readonly CertificateFinding[];
}

function selectEntry({ keys, certificates }: KeystoreEntries, alias: string | undefined): Selection {
  const [first, second] = keys;
  if (first === undefined) {
    const held = certificates.map(nameOf).join(', ') || 'nothing';
    throw new CertificateError(
      'NoPrivateKey',
      `the keystore has no private key (it holds ${held}); give the server's keystore, not a trust store`,
    );
  }
  const wanted = alias ?? DEFAULT_ALIAS;
  const entry = keys.find((key) => sameAlias(key.friendlyName, wanted));
  if (entry !== undefined) return { entry, findings: [] };
  if (alias === undefined && second === undefined) {
    const message = `the keystore has no alias ${DEFAULT_ALIAS}; its only key, ${nameOf(first)}, is used; give its alias to say that this is meant`;
    return { entry: first, findings: [{ reason: 'AliasAssumed', message }] };
  }
  const isCertificate = certificates.some(({ friendlyName }) => sameAlias(friendlyName, wanted));
  const problem = isCertificate
    ? `alias ${wanted} of the keystore is a certificate without a key`
    : `the keystore has no alias ${wanted}`;
  throw new CertificateError(
    'AliasNotFound',
    `${problem}; aliases with a key: ${keys.map(nameOf).sort().join(', ')}; give one of them`,
  );
}

/** Java compares aliases in lower case. */
function sameAlias(alias: string | undefined, wanted: string): boolean {
  return alias !== undefined && alias.toLowerCase() === wanted.toLowerCase();
}

function nameOf({ friendlyName }: KeyEntry | CertificateEntry): string {
  return friendlyName ?? '(without alias)';
}

function parseKey(entry: KeyEntry): KeyObject {
  const der = entry.open();
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    throw new CertificateError(
      'DamagedKey',
      `the private key of ${nameOf(entry)} is altered or of an unknown kind; make the entry again`,
    );
  }
}

/** All certificates, the key's own first: several may have the same key, and only the identifier tells which one is in use. */
function certificatesFor(entry: KeyEntry, bags: readonly CertificateEntry[]): X509Certificate[] {
  const isOwn = ({ localKeyId }: CertificateEntry) =>
    localKeyId !== undefined && localKeyId === entry.localKeyId;
  const own = bags.filter(isOwn).map(parseOwn);
  // What belongs to other entries must not keep this one from being served.
  const others = bags.filter((bag) => !isOwn(bag)).flatMap(({ der }) => parseCertificate(der) ?? []);
  return [...own, ...others];
}

function parseOwn(bag: CertificateEntry): X509Certificate {
  const certificate = parseCertificate(bag.der);
  if (certificate !== null) return certificate;
  throw new CertificateError(
    'DamagedCertificate',
    `the certificate of ${nameOf(bag)} is altered or has a key of an unknown kind; make the entry again`,
  );
}

function passwordFindings(password: string): CertificateFinding[] {
  if (password !== DEFAULT_PASSWORD) return [];
  return [
    {
      reason: 'DefaultPassword',
      message:
        'the keystore has the password that the product is shipped with, which everybody knows; change it with keytool -storepasswd, on the servers too',
    },
  ];
}
