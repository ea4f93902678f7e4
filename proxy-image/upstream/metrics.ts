import type { Counter, Family, Registry } from '../metrics/registry.ts';

/** The metrics of all backends of a process. */
export interface UpstreamMetrics {
  readonly attempts: Family<'backend' | 'server' | 'result', Counter>;
  readonly ejections: Family<'backend' | 'server', Counter>;
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
  };
}
