import type { FrontendGeneration } from '../generation/generation.ts';
import type { AccessLogger } from '../log/access.ts';
import type { ConnectionEntry } from '../log/types.ts';
import type { RefusalReason } from './metrics.ts';
import type { ClientConnection } from './types.ts';

/** Why a connection is not served; `error` says it in words. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly error: string;
}

/** Resets a connection, counts it and notes it in the access log. */
export function refuse(
  connection: ClientConnection,
  { config, metrics }: FrontendGeneration,
  { reason, error }: Refusal,
  access: AccessLogger,
): void {
  connection.reset();
  metrics.refused[reason].inc();
  access.log(failedConnection(connection, config.name, error));
}

/** The log's line for a connection that got no further than the listener. */
export function failedConnection(
  { sourceAddress, acceptedAt }: ClientConnection,
  frontend: string,
  error: string,
): ConnectionEntry {
  return {
    kind: 'connection',
    frontend,
    source: sourceAddress,
    backend: null,
    server: null,
    durationMs: Math.round(performance.now() - acceptedAt),
    bytesIn: 0,
    bytesOut: 0,
    error,
  };
}
