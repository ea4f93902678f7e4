import type { ForwardStatus, TargetStatus } from '../config/status.ts';
import type { KnownTarget } from '../http/forwarding/targets.ts';
import type { ForwardReport } from './messages.ts';

/** Targets of a route that are shown; clients decide how many there are. */
const SHOWN = 32;

interface Ranked {
  readonly target: KnownTarget;
  /** How many of the same worker's were asked later. */
  readonly rank: number;
}

/** Sums up what workers know of the targets of each route. */
export function mergeForwards(reports: readonly ForwardReport[]): readonly ForwardStatus[] {
  const merged = new Map<string, { readonly first: ForwardReport; readonly targets: Map<string, Ranked> }>();
  for (const report of reports) {
    const key = `${report.frontend} ${report.path}`;
    const entry = merged.get(key) ?? { first: report, targets: new Map<string, Ranked>() };
    merged.set(key, entry);
    for (const [rank, target] of report.targets.entries()) {
      const label = `${target.host} ${target.port}`;
      const other = entry.targets.get(label);
      entry.targets.set(label, other === undefined ? { target, rank } : newer(other, { target, rank }));
    }
  }
  return [...merged.values()].map(({ first: { frontend, path }, targets }) => {
    const ordered = [...targets.values()].sort(byImportance).map(({ target }) => statusOf(target));
    return {
      frontend,
      path,
      targets: ordered.slice(0, SHOWN),
      others: Math.max(0, ordered.length - SHOWN),
    };
  });
}

/** The worker that was asked last knows best. */
function newer(a: Ranked, b: Ranked): Ranked {
  const { target } = b.target.askedAt > a.target.askedAt ? b : a;
  return { target, rank: Math.min(a.rank, b.rank) };
}

function byImportance(a: Ranked, b: Ranked): number {
  return Number(b.target.listed) - Number(a.target.listed) || a.rank - b.rank;
}

function statusOf({ listed: _listed, ...status }: KnownTarget): TargetStatus {
  return status;
}
