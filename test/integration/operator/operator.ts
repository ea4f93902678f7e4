import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bound } from '../../cluster/process/bound.ts';
import { eventually } from '../../support/eventually.ts';

const MAIN = fileURLToPath(new URL('../../../operator/main.ts', import.meta.url));

/** An operator as a process of its own, that looks after one namespace. */
export interface OperatorProcess {
  /** Writes to the API server so far, by its own count; those of its Lease, which alone are PUT, come with time and don't count. */
  writes(): Promise<number>;
  /** Passes so far. */
  passes(): Promise<number>;
  /** What it logged, one JSON object a line. */
  readonly log: readonly string[];
  /** What it shows at `/metrics`. */
  metrics(): Promise<string>;
  /** What a probe is answered with: 200, or 503. */
  probe(path: '/healthz' | '/readyz'): Promise<number>;
  /** Sends it a signal. */
  kill(signal: NodeJS.Signals): void;
  /** Its exit code when it has ended; null if a signal has ended it. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

export interface OperatorOptions {
  /** Name of its pod. */
  readonly name?: string;
  /** Path of its kubeconfig; if left out, that of this process. */
  readonly kubeconfig?: string;
  /** Namespaces that it looks after; if left out, its own. */
  readonly watch?: readonly string[];
  /** Whether to wait until it has seen what there is in the cluster; true if left out. */
  readonly ready?: boolean;
}

/** Starts an operator and resolves when it is ready. */
export async function startOperator(
  namespace: string,
  { name, kubeconfig, watch = [namespace], ready = true }: OperatorOptions = {},
): Promise<OperatorProcess> {
  const log: string[] = [];
  const [program, ...args] = bound([process.execPath, MAIN]);
  const child = spawn(program, args, {
    env: {
      ...process.env,
      PROXY_IMAGE: 'localhost/teamwork-proxy:test',
      WATCH_NAMESPACES: watch.join(','),
      POD_NAMESPACE: namespace,
      METRICS_PORT: '0',
      PROBE_PORT: '0',
      LOG_LEVEL: 'debug',
      ...(name === undefined ? {} : { POD_NAME: name }),
      ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => log.push(line));
  try {
    return await whenReady(child, log, ready);
  } catch (error) {
    await stop(child);
    throw new Error(`the operator does not get ready; it says:\n${log.slice(-10).join('\n')}`, {
      cause: error,
    });
  }
}

async function whenReady(
  child: ChildProcess,
  log: readonly string[],
  ready: boolean,
): Promise<OperatorProcess> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ports = await eventually('the ports of the operator', async () => listening(log));
  const metrics = async () => (await fetch(`http://127.0.0.1:${ports.metricsPort}/metrics`)).text();
  const probe = async (path: string) => {
    const { status, body } = await fetch(`http://127.0.0.1:${ports.probePort}${path}`);
    await body?.cancel();
    return status;
  };
  if (ready)
    await eventually('a ready operator', async () => ((await probe('/readyz')) === 200 ? true : undefined));
  return {
    log,
    metrics,
    writes: async () =>
      sum(await metrics(), /^rest_client_requests_total\{.*method="(?:POST|PATCH|DELETE)".*\} (\d+)$/gm),
    passes: async () => sum(await metrics(), /^controller_runtime_reconcile_total\{.*\} (\d+)$/gm),
    probe,
    kill: (signal) => void child.kill(signal),
    ended,
    stop: () => stop(child),
  };
}

interface Ports {
  readonly metricsPort: number;
  readonly probePort: number;
}

function listening(log: readonly string[]): Ports | undefined {
  const lines = log.map((line) => JSON.parse(line) as Partial<Ports>);
  return lines.find((line): line is Ports => line.metricsPort !== undefined && line.probePort !== undefined);
}

function sum(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  // One that was frozen by a test can't end by itself.
  child.kill('SIGCONT');
  await exit;
}
