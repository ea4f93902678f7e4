import type { Socket } from 'node:net';
import type { ConnectionEnds } from '../addresses/ends.ts';

/** What the listener knows of a client's connection. Its ends are those of the client, also where a PROXY header has told them. */
interface ConnectionBase extends ConnectionEnds {
  /** The TCP connection; nobody reads from it yet, and `allowHalfOpen` is on. */
  readonly socket: Socket;
  /** The same, also when TLS has been put on top of it; nothing may be read from it or written to it then. */
  readonly transport: Socket;
  /** A trusted load balancer has said that it connects for itself, such as to check whether this proxy lives. */
  readonly local: boolean;
  /** What the PROXY header that told its ends says beyond them; null where none did. */
  readonly proxied: { readonly tls: boolean } | null;
  /** `performance.now()` at accept. */
  readonly acceptedAt: number;
  /** Ends the TCP connection at once with a reset, so that the client can't take what it has received for all there is. */
  reset(): void;
}

export interface AcceptedConnection extends ConnectionBase {
  /** Its TLS, if it has any, has not been looked at yet. */
  readonly tls: null;
}

/**
 * What is known of a client's connection once the listener, and TLS where the frontend ends it, are done with it: the stages
 * after that (layer 4 forwarding, HTTP) read their facts from here and nowhere else. `socket` is the plain or the TLS socket.
 */
export interface ClientConnection extends ConnectionBase {
  /** Null on a connection without TLS, or whose TLS is not ended here. */
  readonly tls: ClientTls | null;
}

export interface ClientTls {
  /** The name the client asked for (SNI), lower case; null without one. */
  readonly serverName: string | null;
  /** The application protocol that was agreed on (ALPN), such as `h2`; null where there was nothing to agree on. */
  readonly application: string | null;
  /** The certificate that the client has shown, DER in base64, where servers are told of it; else null. */
  readonly clientCertificate: string | null;
}
