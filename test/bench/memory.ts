import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { LOAD_CORE, onCore } from './cores.ts';
import { launchCandidate } from './launch.ts';
import { residentKiB } from './process-tree.ts';
import type { RunningSite } from './site.ts';
import { toolPath } from './tools.ts';
import type { Candidate, CandidateName, RunningCandidate } from './types.ts';

/** Time that a process gets to come to rest before its memory is read. Milliseconds. */
const SETTLE = 1_000;

/** What one candidate holds. */
export interface MemorySample {
  /** Resident memory of the whole process tree with nothing to do. */
  readonly idleMiB: number;
  /** Growth per connection that has carried one request and is kept. */
  readonly kibPerTlsConnection: number;
  /** Growth per layer 4 connection, with the connection to its server, that has carried four bytes. */
  readonly kibPerTcpPair: number;
}

export type Memory = Readonly<Record<CandidateName, MemorySample>>;

/**
 * Reads memory with `count` idle connections, each time in a fresh process: what an older one has in reserve would hide the growth.
 * The kernel's own memory for sockets is not in it.
 */
export async function measureMemory(
  candidates: readonly Candidate[],
  site: RunningSite,
  count: number,
): Promise<Memory> {
  const samples = new Map<CandidateName, MemorySample>();
  for (const candidate of candidates) {
    const withTls = await inFreshProcess(candidate, site, async (running) => growth(running, 'tls', count));
    const withTcp = await inFreshProcess(candidate, site, async (running) => growth(running, 'tcp', count));
    samples.set(candidate.name, {
      idleMiB: withTls.beforeKiB / 1024,
      kibPerTlsConnection: withTls.perConnectionKiB,
      kibPerTcpPair: withTcp.perConnectionKiB,
    });
  }
  return Object.fromEntries(samples) as Memory;
}

async function inFreshProcess<T>(
  candidate: Candidate,
  site: RunningSite,
  read: (running: RunningCandidate) => Promise<T>,
): Promise<T> {
  const running = await launchCandidate(candidate, site);
  try {
    return await read(running);
  } finally {
    await running.daemon.kill();
  }
}

async function growth({ name, pid, ports }: RunningCandidate, kind: 'tls' | 'tcp', count: number) {
  await delay(SETTLE);
  const beforeKiB = residentKiB(pid);
  const port = kind === 'tls' ? ports.https : ports.tcp;
  const { command, args } = onCore(LOAD_CORE, toolPath('idle'), [
    kind,
    String(port),
    String(count),
    '/webapp/1k',
  ]);
  const holder = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'exit');
  try {
    const [held] = (await Promise.race([once(createInterface(holder.stdout), 'line'), ended])) as [string];
    if (Number(held) !== count) {
      throw new Error(`${name} holds ${held} idle ${kind} connections instead of ${count}`);
    }
    await delay(SETTLE);
    return { beforeKiB, perConnectionKiB: (residentKiB(pid) - beforeKiB) / count };
  } finally {
    holder.kill();
    await ended;
  }
}
