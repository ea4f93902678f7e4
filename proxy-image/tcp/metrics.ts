import type { Counter, Family, Registry } from '../metrics/registry.ts';
import type { SpliceCause, SpliceCounters } from './splice.ts';

export type ForwardEnd = SpliceCause | 'ConnectFailed';

const ENDS = [
  'Closed',
  'ClientReset',
  'ServerReset',
  'IdleTimeout',
  'HalfCloseTimeout',
  'ConnectFailed',
] as const;

/** The metrics of all layer 4 frontends of a process. */
export interface ForwardFamilies {
  readonly bytes: Family<'frontend' | 'backend' | 'direction', Counter>;
  readonly ended: Family<'frontend' | 'backend' | 'cause', Counter>;
}

/** Those of one frontend and its backend. */
export interface ForwardMetrics extends SpliceCounters {
  readonly ended: Readonly<Record<ForwardEnd, Counter>>;
}

export function declareForwardMetrics(registry: Registry): ForwardFamilies {
  return {
    bytes: registry.counter({
      name: 'teamwork_proxy_tcp_bytes_total',
      help: 'Bytes of layer 4 connections: in from clients, out to clients.',
      labelNames: ['frontend', 'backend', 'direction'],
    }),
    ended: registry.counter({
      name: 'teamwork_proxy_tcp_connections_ended_total',
      help: 'Ended layer 4 connections by how they ended.',
      labelNames: ['frontend', 'backend', 'cause'],
    }),
  };
}

export function forwardMetrics(families: ForwardFamilies, frontend: string, backend: string): ForwardMetrics {
  const ended = ENDS.map((cause) => [cause, families.ended.labels({ frontend, backend, cause })] as const);
  return {
    bytesIn: families.bytes.labels({ frontend, backend, direction: 'in' }),
    bytesOut: families.bytes.labels({ frontend, backend, direction: 'out' }),
    ended: Object.fromEntries(ended) as Record<ForwardEnd, Counter>,
  };
}
