import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../../../package.json' with { type: 'json' };
import { projectFolder } from '../../../cluster/paths.ts';
import { run } from '../../../cluster/process/run.ts';
import type { Candidate } from '../types.ts';
import { startProcess } from './process.ts';

/** Our operator, bundled and started as in its image. BENCH_PROFILE=1 writes CPU profiles to build/bench-operator. */
export const ours: Candidate = {
  name: 'operator',
  version: async () => `${packageJson.version} on Node ${process.versions.node}`,
  prepare: async () => void (await run(process.execPath, ['build.ts'], { cwd: projectFolder })),
  start: async (surroundings) => {
    const profile = process.env['BENCH_PROFILE'] === '1' ? ['--cpu-prof'] : [];
    const bundle = join(projectFolder, 'build/operator/operator.mjs');
    const args = [...profile, ...nodeOptions(), bundle];
    return startProcess({ name: 'operator', command: process.execPath, args }, surroundings);
  },
};

/** The options that its image gives to Node. */
function nodeOptions(): readonly string[] {
  const dockerfile = readFileSync(join(projectFolder, 'operator/Dockerfile'), 'utf8');
  const [, command] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  if (command === undefined) throw new Error('operator/Dockerfile has no ENTRYPOINT');
  return (JSON.parse(command) as string[]).slice(1, -1);
}
