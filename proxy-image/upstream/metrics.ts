import type { Counter, Family, Gauge, Registry } from '../metrics/registry.ts';

/** The metrics of all backends of a process. */
export interface UpstreamMetrics {
  readonly attempts: Family<'backend' | 'server' | 'result', Counter>;
  readonly ejections: Family<'backend' | 'server', Counter>;
  /** Set from the status when somebody looks. */
  readonly connections: Family<'backend' | 'server', Gauge>;
  readonly waits: Family<'backend' | 'result', Counter>;
  readonly retries: Family<'backend' | 'result', Counter>;
}

export function declareUpstreamMetrics(registry: Registry): UpstreamMetrics {
  return {
    attempts: registry.counter({
      name: 'teamwork_proxy_upstream_connects_total',
      help: 'Attempts to connect to a server, TLS handshake included, by how they ended.',
      labelNames: ['backend', 'server', 'result'],
    }),
    ejections: registry.counter({
      name: 'teamwork_proxy_upstream_ejections_total',
      help: 'Pauses that servers were given because exchanges with them failed one after the other.',
      labelNames: ['backend', 'server'],
    }),
    connections: registry.gauge({
      name: 'teamwork_proxy_upstream_connections',
      help: 'Connections to a server that are in use.',
      labelNames: ['backend', 'server'],
    }),
    waits: registry.counter({
      name: 'teamwork_proxy_upstream_waits_total',
      help: 'Requests and connections that waited until a server had room for them, by how the wait ended.',
      labelNames: ['backend', 'result'],
    }),
    retries: registry.counter({
      name: 'teamwork_proxy_upstream_retries_total',
      help: 'Attempts to try a request or connection again: made, or refused when too many had been made.',
      labelNames: ['backend', 'result'],
    }),
  };
}
