import type { FrontendConfig } from '../config/types.ts';
import type { AccessLogger } from '../log/access.ts';
import type { Misdirected } from '../tls/misdirected.ts';
import type { Forwards } from './routing/router.ts';
import type { Upstream } from '../upstream/types.ts';
import type { HttpMetrics } from './metrics.ts';
import type { RateLimits } from './policies/rate-limit/rate-limits.ts';

/**
 * One generation of an HTTP or HTTPS frontend: its settings, and the backends that its routes name. Immutable; a reload makes a new one,
 * a request keeps the one it started with, and the next request on the same connection takes the newest.
 */
export interface HttpFrontend {
  readonly config: FrontendConfig;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Of the routes whose requests name their targets themselves. */
  readonly forwards: Forwards;
  /** Which requests have come by the wrong connection; null where none can. */
  readonly misdirected: Misdirected | null;
}

/** Where a connection finds out what counts now. */
export interface HttpHost {
  /** The newest generation of this connection's frontend; null once the frontend has been removed. */
  frontend(): HttpFrontend | null;
  /** True from SIGTERM on: every response says `Connection: close`. */
  draining(): boolean;
}

/** What serving HTTP needs from the process. */
export interface HttpServices {
  readonly access: AccessLogger;
  readonly metrics: HttpMetrics;
  readonly rateLimits: RateLimits;
}
