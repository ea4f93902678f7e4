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
  const { body } = await proxy.get('/metrics');
  const processMemory = (process: string): ProcessMemory => {
    const kind = (name: string): number => {
      const series = `teamwork_proxy_memory_bytes{process="${process}",kind="${name}"} `;
      const at = body.indexOf(series);
      return at < 0 ? 0 : Math.round(Number.parseFloat(body.slice(at + series.length)) / 1024);
    };
    return {
      resident: kind('resident'),
      heap: kind('heap'),
      heapUsed: kind('heap_used'),
      external: kind('external'),
      buffers: kind('buffers'),
    };
  };
  return { supervisor: processMemory('supervisor'), worker: processMemory('worker') };
}

/**
 * The least that was in use at any of some looks, all processes added up: what is in use after a collection of garbage is what is kept. KiB.
 */
export interface MemoryFloor {
  readonly heapUsed: number;
  readonly external: number;
}

export function floorOf(looks: readonly MemorySample[]): MemoryFloor {
  const least = (kind: 'external' | 'heapUsed'): number =>
    Math.min(...looks.map(({ supervisor, worker }) => supervisor[kind] + worker[kind]));
  return { heapUsed: least('heapUsed'), external: least('external') };
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
