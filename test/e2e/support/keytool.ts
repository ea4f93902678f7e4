import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { run } from '../../cluster/process/run.ts';
import { hostname, workPath } from './layout.ts';
import type { Truststore } from './java-client.ts';

/** Password of all keystores that the tests make. */
export const keystorePassword = 'correct horse';

/** A private certificate authority, as companies have one: a root and an authority below it that issues. */
export interface Authority {
  readonly folder: string;
  /** PEM file with the root, which is what clients trust. */
  readonly rootFile: string;
}

/** A keystore as an administrator makes it, and what is in it. */
export interface Keystore {
  readonly path: string;
  /** SHA-256 fingerprint of the leaf certificate, 64 lower-case hex digits. */
  readonly fingerprint: string;
  /** Leaf, issuing authority, root, as PEM. */
  readonly chainPem: string;
}

export interface KeystoreOptions {
  /** Name of the file and of the folder it stands in. */
  readonly name: string;
  readonly alias?: string;
  readonly keyAlgorithm?: 'RSA' | 'EC';
}

/** Makes a certificate authority with the JDK's keytool. */
export async function createAuthority(): Promise<Authority> {
  const folder = workPath('authority');
  mkdirSync(folder, { recursive: true });
  const store = join(folder, 'authority.p12');
  await generateKey(store, 'root', ['-dname', 'CN=Example Root', '-ext', 'bc:c', '-validity', '3650']);
  await generateKey(store, 'issuing', ['-dname', 'CN=Example Issuing']);
  await sign({ store, alias: 'issuing', authority: store, by: 'root', extensions: ['bc:c=0'] });

  const rootFile = join(folder, 'root.pem');
  writeFileSync(rootFile, await exportPem(store, 'root'));
  return { folder, rootFile };
}

/** Makes a PKCS#12 keystore with a key, its certificate for the public host name, and the chain up to the root. */
export async function createKeystore(
  { folder }: Authority,
  { name, alias = 'teamworkcloud', keyAlgorithm = 'RSA' }: KeystoreOptions,
): Promise<Keystore> {
  const path = workPath('keystores', `${name}.p12`);
  const authority = join(folder, 'authority.p12');
  mkdirSync(workPath('keystores'), { recursive: true });
  rmSync(path, { force: true });
  await generateKey(path, alias, ['-dname', `CN=${hostname}`], keyAlgorithm);
  // keytool accepts the reply to a request only if it can lead it to a certificate that it trusts.
  await keytool(path, ['-importcert', '-noprompt', '-alias', 'root', '-file', join(folder, 'root.pem')]);
  await sign({ store: path, alias, authority, by: 'issuing', extensions: [`san=dns:${hostname}`] });
  await keytool(path, ['-delete', '-alias', 'root']);

  const { stdout } = await keytool(path, ['-list', '-rfc', '-alias', alias]);
  const chain = stdout.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const [leaf] = chain;
  if (leaf === undefined || chain.length !== 3) {
    throw new Error(
      `keytool put ${chain.length} certificates into ${path}, expected leaf, issuing authority and root`,
    );
  }
  const fingerprint = new X509Certificate(leaf).fingerprint256.replaceAll(':', '').toLowerCase();
  return { path, fingerprint, chainPem: `${chain.join('\n')}\n` };
}

/** The private key of a keystore's only entry, as PEM: keytool itself can't export it. */
export async function exportKey({ path }: Keystore): Promise<string> {
  const decryption = ['-nodes', '-passin', `pass:${keystorePassword}`];
  const { stdout } = await run('openssl', ['pkcs12', '-in', path, '-nocerts', ...decryption]);
  return stdout.slice(stdout.indexOf('-----BEGIN'));
}

/** Makes a truststore with the authority's root, as administrators do who hand it out to Java clients themselves. */
export async function importRoot({ folder, rootFile }: Authority): Promise<Truststore> {
  const path = join(folder, 'root-trust.p12');
  rmSync(path, { force: true });
  await keytool(path, ['-importcert', '-noprompt', '-alias', 'root', '-file', rootFile]);
  return { path, type: 'PKCS12', password: keystorePassword };
}

interface Signing {
  readonly store: string;
  readonly alias: string;
  /** Keystore of the authority that signs, and the alias of its key. */
  readonly authority: string;
  readonly by: string;
  readonly extensions: readonly string[];
}

/** Has the certificate of `alias` signed by the authority, and puts the reply with its chain in its place. */
async function sign({ store, alias, authority, by, extensions }: Signing): Promise<void> {
  const request = `${store}.${alias}.csr`;
  const reply = `${store}.${alias}.reply`;
  await keytool(store, ['-certreq', '-alias', alias, '-file', request]);
  const wanted = extensions.flatMap((extension) => ['-ext', extension]);
  await keytool(authority, [
    '-gencert',
    '-rfc',
    '-alias',
    by,
    '-infile',
    request,
    '-outfile',
    reply,
    ...wanted,
  ]);
  writeFileSync(reply, [readFileSync(reply, 'utf8'), await chainOf(authority, by)].join(''));
  await keytool(store, ['-importcert', '-noprompt', '-alias', alias, '-file', reply]);
  rmSync(request);
  rmSync(reply);
}

async function chainOf(store: string, alias: string): Promise<string> {
  const { stdout } = await keytool(store, ['-list', '-rfc', '-alias', alias]);
  return stdout.slice(stdout.indexOf('-----BEGIN'));
}

async function exportPem(store: string, alias: string): Promise<string> {
  const { stdout } = await keytool(store, ['-exportcert', '-rfc', '-alias', alias]);
  return stdout;
}

async function generateKey(
  store: string,
  alias: string,
  options: readonly string[],
  algorithm: 'RSA' | 'EC' = 'RSA',
): Promise<void> {
  const kind =
    algorithm === 'RSA'
      ? ['-keyalg', 'RSA', '-keysize', '2048']
      : ['-keyalg', 'EC', '-groupname', 'secp256r1'];
  await keytool(store, ['-genkeypair', '-alias', alias, ...kind, ...options]);
}

async function keytool(store: string, args: readonly string[]): ReturnType<typeof run> {
  const common = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', keystorePassword];
  return run('keytool', [...args, ...common, '-J-Duser.language=en']);
}
