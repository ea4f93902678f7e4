import type { Counter, Family } from '../../metrics/registry.ts';
import type { Fault } from '../faults.ts';

/** A target as it is counted. */
export interface CountedTarget {
  /** `host:port`. */
  readonly label: string;
  /** True when an entry of the approved hosts names host and port; of the others clients decide how many there are. */
  readonly listed: boolean;
}

/** Targets of a frontend that get a series of their own though no entry names them. */
const MOST_NAMED = 32;

/** Stands for all others; no target has such a label, as each has a port. */
const OTHERS = 'other';

/**
 * Counts the requests to targets that requests have named. Clients make names up, and below a wildcard any will do: a name gets a series
 * when a server has answered by it, and only so many do.
 */
export class TargetRequests {
  readonly #requests: Family<'frontend' | 'target' | 'result', Counter>;
  /** By frontend. They stay, as what was counted does. */
  readonly #named = new Map<string, Set<string>>();

  constructor(requests: Family<'frontend' | 'target' | 'result', Counter>) {
    this.#requests = requests;
  }

  count(
    frontend: string,
    target: CountedTarget,
    end: { readonly status: number; readonly fault: Fault | null },
  ): void {
    const result = end.fault ?? `${Math.floor(end.status / 100)}xx`;
    this.#requests
      .labels({ frontend, target: this.#label(frontend, target, end.fault === null), result })
      .inc();
  }

  #label(frontend: string, { label, listed }: CountedTarget, answered: boolean): string {
    if (listed) {
      return label;
    }
    const named = this.#named.get(frontend) ?? new Set();
    this.#named.set(frontend, named);
    if (answered && named.size < MOST_NAMED) {
      named.add(label);
    }
    return named.has(label) ? label : OTHERS;
  }
}
