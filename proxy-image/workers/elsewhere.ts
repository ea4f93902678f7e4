import type { WorkerReport } from './messages.ts';

/** What other workers have open, by frontend; a limit of a frontend counts for all workers together. */
export interface OpenElsewhere {
  readonly connections: ReadonlyMap<string, number>;
  /** By source as well, of sources that have a good part of what they may have. */
  readonly sources: SourceCounts;
}

/** Open connections by frontend and source. */
export type SourceCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Adds up what the reports of workers say. What is draining is not a part of any limit any more. */
export function sumOpen(reports: readonly WorkerReport[]): OpenElsewhere {
  const connections = new Map<string, number>();
  const sources = new Map<string, Map<string, number>>();
  for (const report of reports) {
    for (const { name, state, connections: open } of report.frontends) {
      if (state !== 'Draining') {
        add(connections, name, open);
      }
    }
    for (const [frontend, counts] of report.sources) {
      const sums = sources.get(frontend) ?? new Map<string, number>();
      sources.set(frontend, sums);
      for (const [source, open] of counts) {
        add(sums, source, open);
      }
    }
  }
  return { connections, sources };
}

function add(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}
