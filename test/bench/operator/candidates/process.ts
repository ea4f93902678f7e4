import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../cluster/paths.ts';
import { bound } from '../../../cluster/process/bound.ts';
import { freePort } from '../../../cluster/process/free-port.ts';
import { eventually } from '../../../support/eventually.ts';
import type { RunningOperator, Surroundings } from '../types.ts';

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Starts an operator, which is told all by its environment, and resolves when it is ready. Its log goes to build/bench-operator. */
export async function startProcess(
  { name, command, args }: Program,
  { kubeconfig, podNamespace }: Surroundings,
): Promise<RunningOperator> {
  const folder = join(projectFolder, 'build/bench-operator');
  mkdirSync(folder, { recursive: true });
  const [metricsPort, probePort] = [await freePort(), await freePort()];
  const [program, ...words] = bound([command, ...args]);
  const child = spawn(program, words, {
    cwd: folder,
    env: {
      ...process.env,
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: podNamespace,
      POD_NAME: name,
      PROXY_IMAGE: 'localhost/teamwork-proxy:bench',
      METRICS_PORT: String(metricsPort),
      PROBE_PORT: String(probePort),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(folder, `${name}.log`));
  for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
  await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error))]);
  try {
    await eventually(`a ready ${name}`, async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended; see ${folder}/${name}.log`);
      return (await fetch(`http://127.0.0.1:${probePort}/readyz`)).ok || undefined;
    });
  } catch (error) {
    await stop(child);
    throw error;
  }
  return {
    pid: child.pid as number,
    metrics: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
    stop: async () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
