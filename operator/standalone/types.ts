import type { Plan } from '../reconcile/plan/types.ts';
import type { AdminAddress } from './admin.ts';
import type { HostAddresses } from './hosts.ts';
import type { DecidedListener } from './listen/decide.ts';
import type { ManifestSources } from './manifests/load.ts';

/** How TeamworkProxies are served on this host. */
export interface StandaloneOptions {
  readonly sources: ManifestSources;
  readonly hosts: HostAddresses;
  readonly admin: AdminAddress | undefined;
  /** Worker processes of each proxy; undefined leaves it to the proxy. */
  readonly workers: number | undefined;
  /** How long connections may live on when a proxy ends, such as `30s`; undefined leaves it to the proxy. */
  readonly drainTimeout: string | undefined;
  /** Where the proxies' own logs go: with ours, or to a file descriptor. */
  readonly output: 'inherit' | number;
  readonly report: Report;
}

/** Where is told what happens. */
export interface Report {
  readonly info: (text: string) => void;
  readonly error: (text: string) => void;
}

/** A TeamworkProxy as it is served now; `id` is `namespace/name`. */
export interface ServedProxy {
  readonly id: string;
  readonly plan: Plan;
  /** Where each frontend is listened on, by its name. */
  readonly listeners: ReadonlyMap<string, DecidedListener>;
  /** Address and port of the proxy's admin listener. */
  readonly admin: string;
}
