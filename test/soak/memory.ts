import { metric } from '../faults/support/processes.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';

/** Memory of one kind of process, workers added up. KiB. */
export interface ProcessMemory {
  readonly resident: number;
  /** V8's heap: what it has taken of the host, and what is in use of that, garbage included. */
  readonly heap: number;
  readonly heapUsed: number;
  /** Beside the heap, buffers included. */
  readonly external: number;
  readonly buffers: number;
}

export interface MemorySample {
  readonly supervisor: ProcessMemory;
  readonly worker: ProcessMemory;
}

/** What the processes of a proxy say of their memory. The process that only holds sockets says nothing. */
export async function memoryOf(proxy: ProxyProcess): Promise<MemorySample> {
  return {
    supervisor: await processMemory(proxy, 'supervisor'),
    worker: await processMemory(proxy, 'worker'),
  };
}

async function processMemory(proxy: ProxyProcess, process: keyof MemorySample): Promise<ProcessMemory> {
  const kind = async (name: string): Promise<number> =>
    Math.round((await metric(proxy, 'teamwork_proxy_memory_bytes', { process, kind: name })) / 1024);
  return {
    resident: await kind('resident'),
    heap: await kind('heap'),
    heapUsed: await kind('heap_used'),
    external: await kind('external'),
    buffers: await kind('buffers'),
  };
}

/** The least heap that was in use in each half of the samples: what is in use after a collection is what is kept. KiB. */
export function heapFloors(samples: readonly MemorySample[]): Readonly<Record<'first' | 'second', number>> {
  const used = samples.map(({ worker }) => worker.heapUsed);
  const half = Math.ceil(used.length / 2);
  return { first: Math.min(...used.slice(0, half)), second: Math.min(...used.slice(half)) };
}

/** A sample in one line. MiB. */
export function memoryLine({ supervisor, worker }: MemorySample): string {
  const line = ({ resident, heap, heapUsed, external }: ProcessMemory): string =>
    `${mebibytes(resident)} MiB (heap ${mebibytes(heapUsed)} of ${mebibytes(heap)}, external ${mebibytes(external)})`;
  return `worker ${line(worker)}, supervisor ${line(supervisor)}`;
}

function mebibytes(kibibytes: number): number {
  return Math.round(kibibytes / 1024);
}
