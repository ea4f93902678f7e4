import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../cluster/paths.ts';
import { run } from '../cluster/process/run.ts';

const TOOLS = ['tcp-server', 'tcp-load', 'tls-load', 'idle'] as const;

export type Tool = (typeof TOOLS)[number];

const folder = join(projectFolder, 'build/bench');

/** The program of a tool; there once `compileTools` is through. */
export function toolPath(tool: Tool): string {
  return join(folder, tool);
}

/** Compiles the load tools that are ours. */
export async function compileTools(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const tool of TOOLS) {
    const source = join(projectFolder, 'test/bench/tools', `${tool}.c`);
    const libraries = ['-lssl', '-lcrypto', '-lpthread'];
    await run('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', toolPath(tool), source, ...libraries]);
  }
}
