import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretData } from '../../reconcile/plan/types.ts';
import type { ManifestError } from './errors.ts';

/** Folders by the name of the Secret that they stand for, from `--secret NAME=FOLDER`. */
export type SecretFolders = ReadonlyMap<string, string>;

export interface FolderSecrets {
  readonly secrets: ReadonlyMap<string, SecretData>;
  readonly errors: readonly ManifestError[];
}

/** Reads folders as Secrets, a file for each key, as a cluster would mount them. Hidden files and folders are passed over. */
export async function readSecretFolders(folders: SecretFolders): Promise<FolderSecrets> {
  const secrets = new Map<string, SecretData>();
  const errors: ManifestError[] = [];
  for (const [name, folder] of folders) {
    try {
      secrets.set(name, await readFolder(folder));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason = code === 'ENOENT' ? 'no such folder' : message;
      errors.push({
        file: folder,
        document: null,
        path: '',
        message: `Secret ${name} can't be read from it: ${reason}`,
      });
    }
  }
  return { secrets, errors };
}

async function readFolder(folder: string): Promise<SecretData> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  const entries = await Promise.all(
    names.map(async (name) => [name, await readUnlessFolder(join(folder, name))] as const),
  );
  return new Map(entries.flatMap(([name, content]) => (content === null ? [] : [[name, content]])));
}

/** Symbolic links are followed, so what stands there is known only after an attempt to read it. */
async function readUnlessFolder(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return null;
    throw error;
  }
}
