import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Each worker costs memory whether it is busy or not, and one carries tens of thousands of requests a second. */
const MAX_WORKERS = 4;
/** What a worker needs when it has little to do, and what the supervisor needs. Bytes. */
const WORKER_BYTES = 96 * 2 ** 20;
const SUPERVISOR_BYTES = 64 * 2 ** 20;

export interface Granted {
  readonly cpus: number;
  /** Bytes; infinite where there is no limit. */
  readonly memory: number;
}

/** How many workers are started where nobody has said it: one per CPU that may be used, as far as they find room in memory. */
export function defaultWorkerCount({ cpus, memory }: Granted): number {
  const byMemory = Math.floor((memory - SUPERVISOR_BYTES) / WORKER_BYTES);
  return Math.max(1, Math.min(MAX_WORKERS, Math.ceil(cpus), byMemory));
}

/** What one of so many workers can use for its connections. Bytes; infinite where there is no limit. */
export function workerMemory({ memory }: Granted, workers: number): number {
  return (memory - SUPERVISOR_BYTES) / workers - WORKER_BYTES;
}

/** What this process may use, limits of its control group (a container's limits) included. */
export function granted(): Granted {
  const quota = readQuota((file) => readFileSync(file, 'utf8'));
  const memory = process.constrainedMemory();
  return {
    cpus: Math.min(availableParallelism(), quota),
    memory: memory > 0 ? memory : Number.POSITIVE_INFINITY,
  };
}

/** The CPUs that the control group grants: version 2, then the two places where version 1 has it. Infinite without a limit. */
export function readQuota(read: (file: string) => string): number {
  const v2 = attempt(() =>
    parseQuota(...(read('/sys/fs/cgroup/cpu.max').trim().split(' ') as [string, string])),
  );
  if (v2 !== null) {
    return v2;
  }
  for (const folder of ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct']) {
    const v1 = attempt(() =>
      parseQuota(read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)),
    );
    if (v1 !== null) {
      return v1;
    }
  }
  return Number.POSITIVE_INFINITY;
}

function parseQuota(quota: string, period: string): number {
  const cpus = Number(quota) / Number(period);
  return cpus > 0 ? cpus : Number.POSITIVE_INFINITY;
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
