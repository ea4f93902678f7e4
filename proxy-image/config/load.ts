import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readCertificate, readTrust } from './certificate.ts';
import type { LoadedCertificate } from './certificate.ts';
import type { ConfigError } from './status.ts';
import type { CertificateConfig, ProxyConfig } from './types.ts';
import { parseConfig } from './validate.ts';

/** A valid configuration with the contents of every file it names: plain data, which can be sent to another process. */
export interface LoadedConfig {
  readonly config: ProxyConfig;
  /** SHA-256 (lower-case hex) of the bytes of the configuration file. */
  readonly hash: string;
  /** SHA-256 of the configuration and of every file it names: what has this digest is served in the same way. */
  readonly digest: string;
  /** By name. */
  readonly certificates: ReadonlyMap<string, LoadedCertificate>;
  /** PEM of trust files, by the name that the configuration gives them. */
  readonly trust: ReadonlyMap<string, string>;
}

export type LoadResult = LoadOutcome & {
  /** Absolute names of the files that this result depends on. */
  readonly files: readonly string[];
};

export type LoadOutcome =
  | { readonly state: 'Loaded'; readonly loaded: LoadedConfig }
  /** `Invalid` can only be mended in the configuration, `Waiting` in the files that it names. */
  | {
      readonly state: 'Invalid' | 'Waiting';
      readonly hash: string | null;
      readonly errors: readonly ConfigError[];
    };

/** Reads a configuration and the files that it names. What is wrong with them is in the result; it never rejects. */
export async function loadConfig(file: string): Promise<LoadResult> {
  const path = resolve(file);
  const source = await read(path);
  if (!source.readable) {
    return { state: 'Waiting', hash: null, errors: [{ path: '', message: source.problem }], files: [path] };
  }
  const hash = sha256(source.content);
  const validation = parseConfig(source.content.toString('utf8'));
  if (!validation.ok) {
    return { state: 'Invalid', hash, errors: validation.errors, files: [path] };
  }
  const files = await readFiles(validation.config, dirname(path));
  const outcome = assemble(validation.config, hash, files);
  return { ...outcome, files: [path, ...files.values().map(({ path }) => path)] };
}

type SourceFile =
  | { readonly readable: true; readonly path: string; readonly content: Buffer }
  | { readonly readable: false; readonly path: string; readonly problem: string };

/** Files by the name that the configuration gives them. */
type NamedFiles = ReadonlyMap<string, SourceFile>;

async function readFiles(config: ProxyConfig, folder: string): Promise<NamedFiles> {
  const names = new Set([
    ...config.certificates.flatMap(({ chainFile, keyFile }) => [chainFile, keyFile]),
    ...trustLists(config).flatMap(({ files }) => files),
  ]);
  const entries = [...names].map(async (name): Promise<[string, SourceFile]> => [
    name,
    await read(resolve(folder, name)),
  ]);
  return new Map(await Promise.all(entries));
}

async function read(path: string): Promise<SourceFile> {
  try {
    return { readable: true, path, content: await readFile(path) };
  } catch (error) {
    return { readable: false, path, problem: unreadable(path, error as NodeJS.ErrnoException) };
  }
}

/** Errors of files, apart by what mends them. */
interface FileErrors {
  readonly invalid: ConfigError[];
  readonly waiting: ConfigError[];
}

function assemble(config: ProxyConfig, hash: string, files: NamedFiles): LoadOutcome {
  const errors: FileErrors = { invalid: [], waiting: [] };
  const certificates = new Map<string, LoadedCertificate>();
  for (const [index, certificate] of config.certificates.entries()) {
    const loaded = loadCertificate(certificate, `certificates[${index}]`, files, errors);
    if (loaded !== null) {
      certificates.set(certificate.name, loaded);
    }
  }
  const trust = loadTrust(config, files, errors);
  const { invalid, waiting } = errors;
  if (invalid.length > 0) {
    return { state: 'Invalid', hash, errors: [...invalid, ...waiting] };
  }
  if (waiting.length > 0) {
    return { state: 'Waiting', hash, errors: waiting };
  }
  return { state: 'Loaded', loaded: { config, hash, digest: digestOf(hash, files), certificates, trust } };
}

function loadCertificate(
  config: CertificateConfig,
  path: string,
  files: NamedFiles,
  errors: FileErrors,
): LoadedCertificate | null {
  const chain = contentOf(config.chainFile, `${path}.chainFile`, files, errors);
  const key = contentOf(config.keyFile, `${path}.keyFile`, files, errors);
  if (chain === null || key === null) {
    return null;
  }
  const { chainSha256 } = config;
  if (chainSha256 !== undefined && sha256(chain) !== chainSha256) {
    const message = `${config.chainFile} is not (yet) the chain that chainSha256 names: it has ${sha256(chain)}`;
    errors.waiting.push({ path: `${path}.chainSha256`, message });
    return null;
  }
  const result = readCertificate(chain.toString('utf8'), key.toString('utf8'));
  if (result.ok) {
    return result.certificate;
  }
  // A chain that has the digest asked for is complete: nothing will come that makes it better.
  const final = result.part === 'chain' && chainSha256 !== undefined;
  const [fieldName, file] =
    result.part === 'chain' ? ['chainFile', config.chainFile] : ['keyFile', config.keyFile];
  (final ? errors.invalid : errors.waiting).push({
    path: `${path}.${fieldName}`,
    message: `${file} ${result.message}`,
  });
  return null;
}

/** Every list of trust files, with its place. */
function trustLists({ frontends, backends }: ProxyConfig) {
  return [
    ...frontends.map(({ clientCertificates }, index) => ({
      path: `frontends[${index}].clientCertificates.trustFiles`,
      files: clientCertificates?.trustFiles ?? [],
    })),
    ...frontends.flatMap(({ routes }, index) =>
      routes.map(({ forward }, route) => ({
        path: `frontends[${index}].routes[${route}].forward.tls.trustFiles`,
        files: forward?.tls?.trustFiles ?? [],
      })),
    ),
    ...backends.map(({ tls }, index) => ({
      path: `backends[${index}].tls.trustFiles`,
      files: tls?.trustFiles ?? [],
    })),
  ];
}

function loadTrust(config: ProxyConfig, files: NamedFiles, errors: FileErrors): ReadonlyMap<string, string> {
  const trust = new Map<string, string>();
  for (const list of trustLists(config)) {
    for (const [position, name] of list.files.entries()) {
      const path = `${list.path}[${position}]`;
      const content = contentOf(name, path, files, errors);
      const problem = content === null ? null : readTrust(content.toString('utf8'));
      if (problem !== null) {
        errors.waiting.push({ path, message: `${name} ${problem}` });
      }
      trust.set(name, content?.toString('utf8') ?? '');
    }
  }
  return trust;
}

/** Null when the file can't be read, which is then among the errors. */
function contentOf(name: string, path: string, files: NamedFiles, errors: FileErrors): Buffer | null {
  const file = files.get(name);
  if (file?.readable === true) {
    return file.content;
  }
  errors.waiting.push({ path, message: file?.problem ?? `there is no file ${name}` });
  return null;
}

function unreadable(path: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return `there is no file ${path}`;
    case 'EACCES':
      return `${path} may not be read by this user: change its mode or its owner`;
    default:
      return `${path} can't be read: ${error.message}`;
  }
}

function digestOf(hash: string, files: NamedFiles): string {
  const digest = createHash('sha256').update(hash);
  for (const [name, file] of files) {
    digest.update(`\0${name}\0${file.readable ? sha256(file.content) : ''}`);
  }
  return digest.digest('hex');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
