import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireGo } from '../../../cluster/binaries/go.ts';
import { cacheFolder } from '../../../cluster/paths.ts';
import { run } from '../../../cluster/process/run.ts';
import type { Candidate } from '../types.ts';
import { startProcess } from './process.ts';

const SOURCE = fileURLToPath(new URL('../../baseline-go', import.meta.url));

/** An operator in Go for the same resources; built once for each state of its source. */
export const controllerRuntime: Candidate = {
  name: 'baseline-go',
  version: async () =>
    `on controller-runtime ${moduleVersion('sigs.k8s.io/controller-runtime')}, ${await goVersion()}`,
  async prepare() {
    if (existsSync(programPath())) return;
    await requireGo();
    mkdirSync(join(cacheFolder(), 'bin'), { recursive: true });
    const unfinished = `${programPath()}.${process.pid}`;
    const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', unfinished, '.'];
    await run('go', args, { cwd: SOURCE, env: { CGO_ENABLED: '0' } });
    renameSync(unfinished, programPath());
  },
  start: async (surroundings) =>
    startProcess({ name: 'baseline-go', command: programPath(), args: [] }, surroundings),
};

function programPath(): string {
  const files = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(SOURCE.length)).update(readFileSync(file));
  return join(cacheFolder(), 'bin', `baseline-go-${hash.digest('hex').slice(0, 12)}`);
}

function moduleVersion(name: string): string {
  const line = readFileSync(join(SOURCE, 'go.mod'), 'utf8')
    .split('\n')
    .find((text) => text.trim().startsWith(`${name} `));
  return line?.trim().split(' ')[1] ?? 'of unknown version';
}

/** What the program says it was built with, which need not be the Go that is on the PATH now. */
async function goVersion(): Promise<string> {
  const { stdout } = await run('go', ['version', programPath()]);
  return stdout.trim().split(' ').at(-1) ?? 'Go of unknown version';
}
