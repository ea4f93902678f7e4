import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../cluster/paths.ts';

const FILE = join(projectFolder, 'docs/benchmarks.md');
const BEGIN = '<!-- recorded: make bench with BENCH_RECORD=1 writes from here -->';
const END = '<!-- to here -->';

/** Where something was measured, in words. */
export function describeHost(versions: Readonly<Record<string, string>>): string {
  const [first] = cpus();
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${first?.model ?? 'unknown'}), Linux ${release()}`,
    programs.join('; '),
  ].join('  \n');
}

/** Puts what was measured in place of what docs/benchmarks.md has recorded. */
export async function record(section: string): Promise<void> {
  const text = await readFile(FILE, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) {
    throw new Error(`docs/benchmarks.md needs the lines "${BEGIN}" and "${END}"`);
  }
  await writeFile(FILE, `${text.slice(0, begin + BEGIN.length)}\n\n${section}\n\n${text.slice(end)}`);
}
