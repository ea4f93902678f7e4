import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateFiles } from '../../reconcile/render/config.ts';
import type { ServedCertificate, TrustedAuthority } from '../../reconcile/plan/types.ts';
import { authorityFile } from '../../reconcile/render/authority-files.ts';

/** Name of the proxy's configuration in its folder. */
export const CONFIG_FILE = 'config.json';

/** Where the configuration finds chains and keys: beside itself. */
export const certificateFiles: CertificateFiles = {
  chainFile: (name) => `${name}.crt`,
  keyFile: (name) => `${name}.key`,
  authorityFile: (file) => file,
};

/** Makes a folder that nobody else may look into; in `$XDG_RUNTIME_DIR`, which is kept in memory, where there is one. */
export async function makeRuntimeFolder(environment: NodeJS.ProcessEnv): Promise<string> {
  return mkdtemp(join(environment['XDG_RUNTIME_DIR'] ?? tmpdir(), 'tproxy-'));
}

/** What a proxy is to have beside its configuration. */
export interface ProxyCertificates {
  readonly certificates: readonly ServedCertificate[];
  readonly authorities: readonly TrustedAuthority[];
}

/**
 * Writes what a proxy is to serve. Each file is replaced as a whole, the configuration last: it names the digest of each chain, so
 * whoever reads in between notices.
 */
export async function writeProxyFiles(
  folder: string,
  config: string,
  { certificates, authorities }: ProxyCertificates,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = new Map([
    ...authorities.map((one) => [authorityFile(one.name, one.authorities), one.authorities.pem] as const),
    ...certificates.flatMap(({ name, material }) => [
      [certificateFiles.keyFile(name), material.keyPem] as const,
      [certificateFiles.chainFile(name), material.chainPem] as const,
    ]),
    [CONFIG_FILE, config],
  ]);
  for (const [name, content] of files) await replaceFile(folder, name, content);
  await removeOthers(folder, files);
}

async function replaceFile(folder: string, name: string, content: string): Promise<void> {
  const temporary = join(folder, `.${name}.new`);
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, join(folder, name));
}

/** A key that isn't needed any more doesn't stay on the disk. */
async function removeOthers(folder: string, kept: ReadonlyMap<string, string>): Promise<void> {
  const others = (await readdir(folder)).filter((name) => !kept.has(name));
  await Promise.all(others.map(async (name) => rm(join(folder, name))));
}
