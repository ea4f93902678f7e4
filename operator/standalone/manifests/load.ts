import { createHash } from 'node:crypto';
import { KIND } from '../../api/resource.ts';
import type { SecretData } from '../../reconcile/plan/types.ts';
import { collect } from './collect.ts';
import type { Manifests } from './collect.ts';
import { parseDocuments } from './documents.ts';
import type { ManifestError } from './errors.ts';
import { readManifestFiles } from './files.ts';
import { readSecretFolders } from './secret-folders.ts';
import type { SecretFolders } from './secret-folders.ts';

/** Where manifests come from. */
export interface ManifestSources {
  /** Files, and folders of files. */
  readonly paths: readonly string[];
  readonly secretFolders: SecretFolders;
}

/** `digest` tells whether anything was different another time. */
export type LoadResult =
  | { readonly ok: true; readonly digest: string; readonly manifests: LoadedManifests }
  | { readonly ok: false; readonly digest: string; readonly errors: readonly ManifestError[] };

export interface LoadedManifests extends Manifests {
  /** Secrets that are folders; they are there in every namespace. */
  readonly folderSecrets: ReadonlyMap<string, SecretData>;
}

/** Reads and admits everything. All errors are listed, not just the first. */
export async function loadManifests({ paths, secretFolders }: ManifestSources): Promise<LoadResult> {
  const { files, errors: fileErrors } = await readManifestFiles(paths);
  const folders = await readSecretFolders(secretFolders);
  const parsed = files.map(parseDocuments);
  const { manifests, errors: documentErrors } = collect(parsed.flatMap(({ documents }) => documents));
  const errors = [
    ...fileErrors,
    ...folders.errors,
    ...parsed.flatMap(({ errors }) => errors),
    ...documentErrors,
  ];
  const digest = digestOf([files, errors, [...folders.secrets].map(([name, data]) => [name, ...data])]);
  if (errors.length > 0) return { ok: false, digest, errors };
  if (manifests.proxies.length > 0)
    return { ok: true, digest, manifests: { ...manifests, folderSecrets: folders.secrets } };
  const nothing = {
    file: paths.join(' '),
    document: null,
    path: '',
    message: `there is no document of kind ${KIND}`,
  };
  return { ok: false, digest, errors: [nothing] };
}

/** The Secrets that a TeamworkProxy of the namespace can name; a document comes before a folder of the same name. */
export function secretsIn(
  namespace: string,
  { secrets, folderSecrets }: LoadedManifests,
): ReadonlyMap<string, SecretData> {
  const documents = [...secrets]
    .filter(([id]) => id.startsWith(`${namespace}/`))
    .map(([id, data]) => [id.slice(namespace.length + 1), data] as const);
  return new Map([...folderSecrets, ...documents]);
}

function digestOf(everything: unknown): string {
  return createHash('sha256').update(JSON.stringify(everything)).digest('hex');
}
