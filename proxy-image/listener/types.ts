import type { Socket } from 'node:net';

/**
 * What is known of a client's connection once the listener, and TLS where the frontend ends it, are done with it: the stages
 * after that (layer 4 forwarding, HTTP) read their facts from here and nowhere else.
 */
export interface ClientConnection {
  /** The plain or the TLS socket; nobody reads from it yet, and `allowHalfOpen` is on. */
  readonly socket: Socket;
  /** The client's address; an IPv4-mapped IPv6 address is written as IPv4. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
  /** Null on a connection without TLS, or whose TLS is not ended here. */
  readonly tls: ClientTls | null;
  /** `performance.now()` at accept. */
  readonly acceptedAt: number;
}

export interface ClientTls {
  /** The name the client asked for (SNI), lower case; null without one. */
  readonly serverName: string | null;
  /** For instance `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
}
