import type { ClientConnection } from '../listener/types.ts';
import { Deadlines } from './deadlines.ts';
import { Http1Connection } from './http1/connection.ts';
import { Http2Connection } from './http2/connection.ts';
import type { HttpHost, HttpServices } from './types.ts';

const deadlines = new Deadlines();

/**
 * Serves HTTP on a client's connection until it ends: takes over the socket, answers or forwards each request, and closes the connection
 * by itself. HTTP/2 for clients that have chosen it by ALPN (RFC 9113 section 3.2), HTTP/1.1 for all others: without TLS a client can't
 * know that HTTP/2 is spoken, so there it is not. Returns at once and never throws.
 */
export function serveHttp(client: ClientConnection, host: HttpHost, services: HttpServices): void {
  const frontend = host.frontend();
  if (frontend === null) {
    client.socket.destroy();
    return;
  }
  const Connection = client.tls?.application === 'h2' ? Http2Connection : Http1Connection;
  new Connection(client, host, frontend, { ...services, deadlines }).start();
}
