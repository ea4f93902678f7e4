import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bound } from '../cluster/process/bound.ts';
import type { Tool } from './describe-with.ts';
import { eventually } from './eventually.ts';
import { connectTcp } from './tcp.ts';

/** HAProxy as a process of its own. */
export interface Haproxy {
  stop(): Promise<void>;
}

/** Debian's HAProxy, where it is installed. */
export const HAPROXY: Tool = {
  name: 'HAProxy',
  isInstalled: spawnSync('haproxy', ['-v']).status === 0,
};

/**
 * Starts HAProxy with the given sections and waits until it listens on `ports`. `files` are written beside the configuration; the
 * sections name them without a folder.
 */
export async function startHaproxy(
  sections: string,
  ports: readonly number[],
  files: Readonly<Record<string, string>> = {},
): Promise<Haproxy> {
  const folder = await mkdtemp(join(tmpdir(), 'haproxy-'));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content);
  }
  const defaults = 'defaults\n  timeout connect 5s\n  timeout client 30s\n  timeout server 30s\n';
  await writeFile(join(folder, 'haproxy.cfg'), `${defaults}${sections}`);
  const [program, ...args] = bound(['haproxy', '-db', '-f', 'haproxy.cfg']);
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true });
  };
  try {
    for (const port of ports) {
      await eventually(`HAProxy on port ${port}`, async () => (await connectTcp(port)).destroy());
    }
    return { stop };
  } catch (error) {
    await stop();
    throw new Error(`HAProxy does not listen:\n${output}`, { cause: error });
  }
}
