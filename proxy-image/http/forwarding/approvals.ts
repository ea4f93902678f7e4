import { readApprovedHost, type ApprovedHost } from '../../addresses/approved-host.ts';
import type { Target } from './target.ts';

/** What a list of approved hosts says of a target that is in it. */
export interface Approval {
  /** True when an entry names the host itself; false when only one with a wildcard covers it. */
  readonly exact: boolean;
}

const EXACT: Approval = { exact: true };
const COVERED: Approval = { exact: false };

/** A list of approved hosts, ready to be asked. */
export class Approvals {
  readonly #defaultPort: number;
  /** By host, and by `.domain` for entries with a wildcard. */
  readonly #entries = new Map<string, ApprovedHost[]>();

  constructor(list: readonly string[], defaultPort: number) {
    this.#defaultPort = defaultPort;
    for (const entry of list.flatMap((text) => readApprovedHost(text) ?? [])) {
      this.#entries.set(entry.host, [...(this.#entries.get(entry.host) ?? []), entry]);
    }
  }

  /** Null for a target that is not approved. */
  of({ host, port }: Target): Approval | null {
    if (this.#lists(host, port)) {
      return EXACT;
    }
    const dot = host.indexOf('.');
    return dot > 0 && this.#lists(host.slice(dot), port) ? COVERED : null;
  }

  #lists(key: string, port: number): boolean {
    const entries = this.#entries.get(key) ?? [];
    return entries.some((entry) => {
      const only = entry.port === 'Default' ? this.#defaultPort : entry.port;
      return only === 'Any' || only === port;
    });
  }
}
