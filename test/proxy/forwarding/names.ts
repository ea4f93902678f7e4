import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RESOLVER = new URL('./own-resolver.ts', import.meta.url).href;

/** What the resolver of a proxy knows. */
export interface Names {
  /** With which it is to be started. */
  readonly env: Readonly<Record<string, string>>;
  /** Names that have been asked for, in their order. */
  asked(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/** Lets a proxy resolve names as `answers` say: by name, one list of addresses after the other, then the last again. */
export async function setNames(
  answers: Readonly<Record<string, readonly (readonly string[])[]>>,
): Promise<Names> {
  const folder = await mkdtemp(join(tmpdir(), 'names-'));
  const file = join(folder, 'names.json');
  await writeFile(file, JSON.stringify(answers));
  await writeFile(`${file}.asked`, '');
  return {
    env: { NODE_OPTIONS: `--import ${fileURLToPath(RESOLVER)}`, NAMES: file },
    asked: async () => (await readFile(`${file}.asked`, 'utf8')).split('\n').filter((name) => name !== ''),
    remove: () => rm(folder, { recursive: true }),
  };
}
