import type { Socket } from 'node:net';
import type { BackendConfig, ServerConfig } from '../config/types.ts';
import type { ServerStatus } from '../config/status.ts';

/**
 * A backend as the stages use it: it chooses a server, connects to it and remembers how that went. It is built for one generation
 * of the configuration; where the next generation has an equal backend, the same Upstream serves on, with its pool and its memory.
 */
export interface Upstream {
  readonly config: BackendConfig;
  /**
   * Opens a new connection to a server, for layer 4 and for HTTP alike; with `TLS` and `HTTPS` the handshake is done and the
   * certificate verified. When the chosen server can't be reached the next one is tried, each server once, until `deadline`.
   * Rejects with an UpstreamError.
   */
  connect(request: ConnectRequest): Promise<UpstreamConnection>;
  status(): readonly ServerStatus[];
  /** Ends what is idle; connections in use stay. Called when no generation uses this upstream any more. */
  retire(): void;
}

export interface ConnectRequest {
  /** Address of the client, which balancing by source address hashes. */
  readonly sourceAddress: string;
  /** Milliseconds for one attempt. */
  readonly connectTimeout: number;
  /** Cancels the attempt, when the client has gone. */
  readonly signal: AbortSignal;
}

export interface UpstreamConnection {
  /** Connected, `allowHalfOpen` on, nobody reads from it yet. */
  readonly socket: Socket;
  readonly server: ServerConfig;
  /** Must be called once when the connection has ended, or went into a pool: the server's count of open connections depends on it. */
  release(): void;
}

/** Why no connection came about; `attempts` says for each server tried what went wrong. */
export type UpstreamErrorKind = 'ConnectFailed' | 'ConnectTimeout' | 'TlsFailed' | 'NoServer' | 'Cancelled';
