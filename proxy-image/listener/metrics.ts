import type { Counter, Family, Gauge, Registry } from '../metrics/registry.ts';

/** Why a connection was not served. */
export type RefusalReason = 'ConnectionLimit' | 'SourceLimit' | 'SourceRange' | 'ProxyHeader' | 'ServerName';

const REASONS: readonly RefusalReason[] = [
  'ConnectionLimit',
  'SourceLimit',
  'SourceRange',
  'ProxyHeader',
  'ServerName',
];

/** The metrics of all listeners of a process. */
export interface ListenerFamilies {
  readonly accepted: Family<'frontend', Counter>;
  readonly refused: Family<'frontend' | 'reason', Counter>;
  readonly open: Family<'frontend', Gauge>;
  readonly handshakes: Family<'frontend' | 'result', Counter>;
}

/** Those of one frontend. */
export interface ListenerMetrics {
  readonly accepted: Counter;
  readonly refused: Readonly<Record<RefusalReason, Counter>>;
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
      help: 'Client connections that were reset before anything was done for them: too many were open, the source was not allowed or not told, or no backend was there for the server name.',
      labelNames: ['frontend', 'reason'],
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
  const refused = REASONS.map((reason) => [reason, families.refused.labels({ frontend, reason })] as const);
  return {
    accepted: families.accepted.labels({ frontend }),
    refused: Object.fromEntries(refused) as Record<RefusalReason, Counter>,
    open: families.open.labels({ frontend }),
    handshakesDone: families.handshakes.labels({ frontend, result: 'done' }),
    handshakesFailed: families.handshakes.labels({ frontend, result: 'failed' }),
  };
}
