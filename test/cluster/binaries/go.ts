import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { logExcerpt } from '../process/log.ts';
import { cannotStart, run } from '../process/run.ts';
import { versions } from '../versions.ts';
import type { Binary, Recipe } from './catalogue.ts';

/**
 * Checks that Go is there and new enough.
 *
 * @throws with what to install if it is not
 */
export async function requireGo(): Promise<void> {
  const advice = `Install Go ${versions.go} or later and put it on the PATH.`;
  let found: string;
  try {
    found = (await run('go', ['env', 'GOVERSION'])).stdout.trim();
  } catch (cause) {
    throw new Error(`The test cluster is built with Go, which cannot be run. ${advice}`, { cause });
  }
  if (!isAtLeast(found.replace(/^go/, ''), versions.go)) {
    throw new Error(`The test cluster is built with Go, and this one is ${found}. ${advice}`);
  }
}

/** Whether a dotted version is equal to another or later. What follows the numbers is not looked at. */
export function isAtLeast(version: string, minimum: string): boolean {
  const numbers = (text: string) => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const have = numbers(version);
  const need = numbers(minimum);

  for (const [index, wanted] of need.entries()) {
    const difference = (have[index] ?? 0) - wanted;
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return true;
}

/** The name Go gives the program of a main package: the last element of the path that is not a major version. */
export function builtName(packagePath: string): string {
  const elements = packagePath.split('/').filter((element) => !/^v\d+$/.test(element));
  return elements.at(-1) ?? packagePath;
}

/** The command line that builds packages of one recipe into a folder. */
export function goCommand(
  recipe: Recipe,
  packages: readonly string[],
  target: string,
): { args: string[]; cwd: string; env: Record<string, string> } {
  const variables = Object.entries(recipe.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  // -s -w: without symbols and DWARF the binaries are a third smaller. CGO off: static, so they run in images made from scratch.
  const flags = ['-v', '-trimpath', `-ldflags=${['-s', '-w', ...variables].join(' ')}`];

  if ('folder' in recipe.source) {
    const args = ['build', ...flags, '-o', `${target}/`, ...packages];
    return { args, cwd: recipe.source.folder, env: { CGO_ENABLED: '0' } };
  }
  const { version } = recipe.source;
  const args = ['install', ...flags, ...packages.map((path) => `${path}@v${version}`)];
  return { args, cwd: target, env: { CGO_ENABLED: '0', GOBIN: target } };
}

export interface GoBuild {
  readonly recipe: Recipe;
  readonly binaries: readonly Binary[];
  /** An empty folder that takes the programs. */
  readonly target: string;
  readonly log: string;
  /** Called with each import path that Go begins to compile and each module that it downloads. */
  readonly onProgress: (line: string) => void;
}

/**
 * Builds programs of one recipe.
 *
 * @throws with the end of the build log and its path
 */
export async function goBuild({ recipe, binaries, target, log, onProgress }: GoBuild): Promise<void> {
  const packages = binaries.map((binary) => binary.package);
  const { args, cwd, env } = goCommand(recipe, packages, target);
  mkdirSync(dirname(log), { recursive: true });
  const child = spawn('go', args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

  const file = createWriteStream(log);
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(file, { end: false });
    createInterface(stream).on('line', onProgress);
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(cannotStart('go', cause)));
    child.once('close', resolve);
  });
  await new Promise<void>((resolve) => file.end(resolve));

  if (code !== 0) {
    throw new Error(`Go cannot build ${recipe.title} (exit code ${code}). ${logExcerpt(log)}`);
  }
}
