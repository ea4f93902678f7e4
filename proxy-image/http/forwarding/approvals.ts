import { readApprovedHost } from '../../addresses/approved-host.ts';
import type { Target } from './target.ts';

/** What a list of approved hosts says of a target that is in it. */
export interface Approval {
  /** True when an entry names the host itself; false when only one with a wildcard covers it. */
  readonly exact: boolean;
  /** True when that entry names the port as well, so that there are no more such targets than entries. */
  readonly listed: boolean;
}

const LISTED: Approval = { exact: true, listed: true };
const ON_ANY_PORT: Approval = { exact: true, listed: false };
const COVERED: Approval = { exact: false, listed: false };

/** A list of approved hosts, ready to be asked. */
export class Approvals {
  /** Ports by host, and by `.domain` for entries with a wildcard. */
  readonly #entries = new Map<string, (number | 'Any')[]>();

  constructor(list: readonly string[], defaultPort: number) {
    for (const { host, port } of list.flatMap((text) => readApprovedHost(text) ?? [])) {
      const only = port === 'Default' ? defaultPort : port;
      this.#entries.set(host, [...(this.#entries.get(host) ?? []), only]);
    }
  }

  /** Null for a target that is not approved. */
  of({ host, port }: Target): Approval | null {
    const ports = this.#portsOf(host);
    if (ports.includes(port)) {
      return LISTED;
    }
    if (ports.includes('Any')) {
      return ON_ANY_PORT;
    }
    const dot = host.indexOf('.');
    const covered = dot > 0 ? this.#portsOf(host.slice(dot)) : [];
    return covered.includes(port) || covered.includes('Any') ? COVERED : null;
  }

  #portsOf(key: string): readonly (number | 'Any')[] {
    return this.#entries.get(key) ?? [];
  }
}
