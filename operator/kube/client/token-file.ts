import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { load } from 'js-yaml';
import type { Clock } from '../clock.ts';

/** How long a token is used before its file is read again, in milliseconds, as client-go does; tokens are replaced long before they expire. */
const FRESH_MS = 60_000;

interface Kubeconfig {
  readonly users?: readonly { readonly name?: string; readonly user?: { readonly tokenFile?: string } }[];
}

/**
 * The `tokenFile` of a user, which client-node leaves out when it reads a kubeconfig; undefined where there is none.
 *
 * @param kubeconfigs paths of the files; of several that have the user, the first counts
 */
export function tokenFileOf(user: string, kubeconfigs: readonly string[]): string | undefined {
  for (const path of kubeconfigs) {
    const { users = [] } = (load(readFileSync(path, 'utf8')) ?? {}) as Kubeconfig;
    const found = users.find(({ name }) => name === user);
    if (found === undefined) continue;
    const file = found.user?.tokenFile;
    // As all paths in a kubeconfig, from where that is.
    return file === undefined || isAbsolute(file) ? file : join(dirname(path), file);
  }
  return undefined;
}

/** Gives the token that a file holds; throws when it can't be read. */
export function tokenReader(file: string, clock: Clock): () => string {
  let last: { readonly token: string; readonly at: number } | undefined;
  return () => {
    const now = clock.monotonic();
    if (last === undefined || now - last.at >= FRESH_MS)
      last = { token: readFileSync(file, 'utf8').trim(), at: now };
    return last.token;
  };
}
