import { watch } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How long it must be quiet before files are read: programs write several files, or one in several steps. */
const QUIET_MS = 100;

/**
 * Calls `onChange` after something in the given folders, or in the folders of the given files, has changed; also in those that symbolic
 * links lead to. It is the folders that are watched, as most programs replace a file by another one of the same name.
 */
export async function watchFiles(paths: readonly string[], onChange: () => void): Promise<Disposable> {
  let quiet: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(onChange, QUIET_MS);
  };
  const folders = new Set((await Promise.all(paths.map(foldersOf))).flat());
  const watchers = [...folders].map((folder) => watch(folder, changed).on('error', changed));
  return {
    [Symbol.dispose]: () => {
      clearTimeout(quiet);
      for (const watcher of watchers) watcher.close();
    },
  };
}

async function foldersOf(path: string): Promise<readonly string[]> {
  const real = await realpath(path);
  return (await stat(real)).isDirectory() ? [real] : [dirname(path), dirname(real)];
}
