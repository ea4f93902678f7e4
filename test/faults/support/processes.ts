import { readdirSync, readFileSync } from 'node:fs';
import type { ProxyProcess } from '../../support/proxy-process.ts';

/** What the processes of a proxy hold, all of them added up. */
export interface Holdings {
  readonly openFiles: number;
  /** Bytes. */
  readonly resident: number;
}

/** The processes of a proxy: supervisor and workers. */
export async function processesOf(proxy: ProxyProcess): Promise<readonly number[]> {
  const { workers } = await proxy.status();
  return [proxy.pid, ...workers.map(({ pid }) => pid)];
}

export async function holdings(proxy: ProxyProcess): Promise<Holdings> {
  const pids = await processesOf(proxy);
  return {
    openFiles: pids.reduce((sum, pid) => sum + openFiles(pid), 0),
    resident: pids.reduce((sum, pid) => sum + resident(pid), 0),
  };
}

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function resident(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** Whether a process is there and has not ended; one that nobody has waited for yet has ended. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** A number that the proxy counts: all series of a metric that have these labels, added up. */
export async function metric(
  proxy: ProxyProcess,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { body } = await proxy.get('/metrics');
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const [, list = '', value] of body.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))) {
    sum += wanted.every((pair) => list.split(',').includes(pair)) ? Number(value) : 0;
  }
  return sum;
}
