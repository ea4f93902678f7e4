import type { ClientConnection } from '../listener/types.ts';
import { Deadlines } from './deadlines.ts';
import { Http1Connection } from './http1/connection.ts';
import type { HttpHost, HttpServices } from './types.ts';

const deadlines = new Deadlines();

/**
 * Serves HTTP/1.1 on a client's connection until it ends: takes over the socket, answers or forwards each request, and closes the
 * connection by itself. Returns at once and never throws.
 */
export function serveHttp1(client: ClientConnection, host: HttpHost, services: HttpServices): void {
  const frontend = host.frontend();
  if (frontend === null) {
    client.socket.destroy();
    return;
  }
  new Http1Connection(client, host, frontend, { ...services, deadlines }).start();
}
