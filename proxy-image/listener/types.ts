import type { Socket } from 'node:net';

/** What the listener knows of a client's connection. */
export interface AcceptedConnection {
  /** The TCP connection; nobody reads from it yet, and `allowHalfOpen` is on. */
  readonly socket: Socket;
  /** The client's address; an IPv4-mapped IPv6 address is written as IPv4. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
  /** `performance.now()` at accept. */
  readonly acceptedAt: number;
  /** Ends the TCP connection at once with a reset, so that the client can't take what it has received for all there is. */
  reset(): void;
}

/**
 * What is known of a client's connection once the listener, and TLS where the frontend ends it, are done with it: the stages
 * after that (layer 4 forwarding, HTTP) read their facts from here and nowhere else. `socket` is the plain or the TLS socket.
 */
export interface ClientConnection extends AcceptedConnection {
  /** Null on a connection without TLS, or whose TLS is not ended here. */
  readonly tls: ClientTls | null;
}

export interface ClientTls {
  /** The name the client asked for (SNI), lower case; null without one. */
  readonly serverName: string | null;
  /** For instance `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
}
