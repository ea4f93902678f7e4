import type { OnReadOpts, Socket } from 'node:net';
import type { ConnectionEnds } from '../addresses/ends.ts';
import type { BackendConfig, ServerConfig } from '../config/types.ts';
import type { ServerStatus } from '../config/status.ts';
import type { UpstreamError } from './errors.ts';

/**
 * A backend as the stages use it: it chooses a server, connects to it and remembers how that went. It is built for one generation
 * of the configuration; where the next generation has an equal backend, the same Upstream serves on, with its pool and its memory.
 */
export interface Upstream {
  readonly config: BackendConfig;
  /**
   * Opens a new connection to a server, for layer 4; with `TLS` and `HTTPS` the handshake is done and the certificate verified.
   * When the chosen server can't be reached the next one is tried, each server once. `user` is told how that ends, once.
   */
  connect(request: ConnectRequest, user: ConnectUser): void;
  /**
   * An idle HTTP connection to the server that is next in turn for this client; null when that server has none. The caller owns it
   * until it calls `recycle`, `destroy` or `detach`.
   */
  takeIdle(client: Asking): HttpConnection | null;
  /** Opens a new HTTP connection, as `connect` does; rejects with an UpstreamError. */
  open(request: ConnectRequest): Promise<HttpConnection>;
  /** Asks for leave to send a request once more; false when too many have been tried again lately. */
  mayRetry(): boolean;
  status(): readonly ServerStatus[];
  /** Ends what is idle; connections in use stay. Called when no generation uses this upstream any more. */
  retire(): void;
}

/** Who asks for a server, as far as balancing looks at it. */
export interface Asking {
  /** Address of the client, which balancing by source address hashes. */
  readonly sourceAddress: string;
  /** What the client's cookie says which server it had; it gets that one again, unless that is down. */
  readonly stickyToken?: string | null;
}

/** What is needed of an AbortSignal: where every microsecond counts, less than one will do. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface ConnectRequest extends Asking {
  /**
   * Whom the connection is made for, as a PROXY header tells a server that expects one; without it, that header says that the proxy
   * connects for itself.
   */
  readonly client?: ConnectionEnds;
  /** Milliseconds for one attempt. */
  readonly connectTimeout: number;
  /** Cancels the attempt, when the client has gone. */
  readonly signal: CancelSignal;
  /** Layer 4 without TLS: how the connection is read, instead of by 'data' events. It is paused until somebody resumes it. */
  readonly onread?: OnReadOpts;
}

/** Whoever waits for a connection. A promise would do, but connections may live for no longer than it takes to make some. */
export interface ConnectUser {
  connected(connection: UpstreamConnection): void;
  notConnected(error: UpstreamError): void;
}

export interface UpstreamConnection {
  /** Connected, `allowHalfOpen` on, nobody reads from it yet. */
  readonly socket: Socket;
  readonly server: ServerConfig;
  /** Must be called once when the connection has ended: the server's count of open connections depends on it. */
  release(): void;
}

/** Whoever has an exchange on an HTTP connection, and is told what happens on it. */
export interface ConnectionUser {
  /** `chunk` counts until the call returns: what is looked at later has to be kept by `keep`. */
  upstreamData(chunk: Buffer): void;
  /** The server has closed its half; bytes can still be sent to it. */
  upstreamEnd(): void;
  /** The connection is gone. */
  upstreamClosed(error: Error | null): void;
  /** What was written has left; told after a `write` that returned false. */
  upstreamDrained(): void;
}

/** A connection that carries one HTTP exchange after the other. */
export interface HttpConnection {
  readonly socket: Socket;
  readonly server: ServerConfig;
  /** `host:port` of the server, for the log. */
  readonly label: string;
  /** What a cookie has to hold for the client to come back to this server; null where the backend has no cookie. */
  readonly stickyToken: string | null;
  /** True when it has carried an exchange before, so that the server may just have closed it. */
  readonly reused: boolean;
  /** From now on `user` is told what happens, until `recycle`, `destroy` or `detach`. */
  attach(user: ConnectionUser): void;
  /** Says what has become of the exchange: null when the server has answered, else what it did wrong, which counts against it. */
  judge(failure: string | null): void;
  /**
   * Back into the pool, after an exchange that both sides have completed without dispute, for at most `idleMs` milliseconds
   * (what the server has announced; the pool's own limit where that is less).
   */
  recycle(idleMs: number): void;
  destroy(): void;
  /** Leaves the pool for good and hands over the bare connection, paused, with no listener of the pool on it: for tunnels. */
  detach(): UpstreamConnection;
}

/** Why no connection came about. */
export type UpstreamErrorKind =
  | 'ConnectFailed'
  | 'ConnectTimeout'
  | 'TlsFailed'
  | 'NoServer'
  | 'AddressRefused'
  | 'ServersBusy'
  | 'Cancelled';

/** One server that was tried, and what went wrong, in words that tell the operator what to do. */
export interface ConnectAttempt {
  /** `host:port` as configured. */
  readonly server: string;
  readonly kind: Exclude<UpstreamErrorKind, 'NoServer' | 'AddressRefused' | 'ServersBusy' | 'Cancelled'>;
  readonly message: string;
}
