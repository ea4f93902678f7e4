import type { Counter, Family, Gauge, Registry } from '../metrics/registry.ts';

/** The metrics of all listeners of a process. */
export interface ListenerFamilies {
  readonly accepted: Family<'frontend', Counter>;
  readonly refused: Family<'frontend', Counter>;
  readonly open: Family<'frontend', Gauge>;
  readonly handshakes: Family<'frontend' | 'result', Counter>;
}

/** Those of one frontend. */
export interface ListenerMetrics {
  readonly accepted: Counter;
  readonly refused: Counter;
  readonly open: Gauge;
  readonly handshakesDone: Counter;
  readonly handshakesFailed: Counter;
}

export function declareListenerMetrics(registry: Registry): ListenerFamilies {
  return {
    accepted: registry.counter({
      name: 'teamwork_proxy_connections_total',
      help: 'Accepted client connections.',
      labelNames: ['frontend'],
    }),
    refused: registry.counter({
      name: 'teamwork_proxy_connections_refused_total',
      help: 'Client connections that were reset because too many were open.',
      labelNames: ['frontend'],
    }),
    open: registry.gauge({
      name: 'teamwork_proxy_connections_open',
      help: 'Open client connections.',
      labelNames: ['frontend'],
    }),
    handshakes: registry.counter({
      name: 'teamwork_proxy_tls_handshakes_total',
      help: 'TLS handshakes with clients that have sent at least one byte.',
      labelNames: ['frontend', 'result'],
    }),
  };
}

export function listenerMetrics(families: ListenerFamilies, frontend: string): ListenerMetrics {
  return {
    accepted: families.accepted.labels({ frontend }),
    refused: families.refused.labels({ frontend }),
    open: families.open.labels({ frontend }),
    handshakesDone: families.handshakes.labels({ frontend, result: 'done' }),
    handshakesFailed: families.handshakes.labels({ frontend, result: 'failed' }),
  };
}
