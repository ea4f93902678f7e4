import type { LoadedConfig } from '../config/load.ts';
import type { BackendStatus, FrontendStatus } from '../config/status.ts';
import type { KnownTarget } from '../http/forwarding/targets.ts';
import type { HashKey } from '../http/policies/rate-limit/half-sip-hash.ts';
import type { Spent } from '../http/policies/rate-limit/spending.ts';
import type { MetricsSnapshot } from '../metrics/snapshot.ts';
import type { CheckedServer } from '../upstream/checks/types.ts';
import type { OpenElsewhere, SourceCounts } from './elsewhere.ts';

/** What the supervisor tells a worker. */
export type Command =
  | {
      readonly type: 'Apply';
      readonly loaded: LoadedConfig;
      readonly ticketKeys: Uint8Array;
      /** What the clients of rate limits are hashed with. */
      readonly rateKey: HashKey;
    }
  /** From now on sessions are resumed with these keys. */
  | { readonly type: 'TicketKeys'; readonly ticketKeys: Uint8Array }
  /** Try again to listen where that has failed. */
  | { readonly type: 'Listen'; readonly address: string; readonly port: number }
  /** Open connections of all other workers. */
  | ({ readonly type: 'OpenElsewhere' } & OpenElsewhere)
  /** What clients have taken out of their buckets in another worker. */
  | { readonly type: 'SpentElsewhere'; readonly spent: readonly Spent[] }
  /** What health checks say of every server that has been checked. */
  | { readonly type: 'Checked'; readonly servers: readonly CheckedServer[] }
  | { readonly type: 'Report'; readonly id: number }
  /** The proxy is going to end: ask clients to come back elsewhere, but serve those that come. */
  | { readonly type: 'Drain' }
  /** And take no more when nothing has been open for `quiet` milliseconds, and exit. */
  | { readonly type: 'StopWhenUnused'; readonly quiet: number }
  /** Accept nothing more, end what is open after `limit` milliseconds, and exit as soon as nothing is open. */
  | { readonly type: 'StopAccepting'; readonly limit: number }
  /** Accept nothing more, end everything that is open, and exit. */
  | { readonly type: 'End' };

/** What a worker tells the supervisor. */
export type WorkerMessage =
  | { readonly type: 'Ready' }
  /** The configuration with this digest is served, in whole; a frontend that can't be listened on is in the reports. */
  | { readonly type: 'Applied'; readonly digest: string }
  /** It could not be built; what was served before is still served. */
  | { readonly type: 'Refused'; readonly digest: string; readonly message: string }
  /** What clients have taken out of their buckets here. */
  | { readonly type: 'Spent'; readonly spent: readonly Spent[] }
  | { readonly type: 'Report'; readonly id: number; readonly report: WorkerReport };

export interface WorkerReport {
  readonly connections: number;
  readonly frontends: readonly FrontendStatus[];
  readonly backends: readonly BackendStatus[];
  readonly forwards: readonly ForwardReport[];
  readonly sources: SourceCounts;
  readonly metrics: MetricsSnapshot;
}

/** The targets that a worker knows of one route. */
export interface ForwardReport {
  readonly frontend: string;
  /** The route's first path. */
  readonly path: string;
  /** The one that was asked last comes first. */
  readonly targets: readonly KnownTarget[];
}
