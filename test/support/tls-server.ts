import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';
import type { TlsOptions, TLSSocket } from 'node:tls';

/** A TLS server on a loopback port that is closed, with its connections, by `close`. */
export interface TlsServer {
  readonly port: number;
  /** Its connections that have finished their handshake, in the order in which they came. */
  readonly connections: readonly TLSSocket[];
  /** The connection with this index, as soon as there is one. */
  connection(index: number): Promise<TLSSocket>;
  close(): Promise<void>;
}

export async function startTlsServer(
  options: TlsOptions,
  onConnection: (socket: TLSSocket) => void = () => undefined,
): Promise<TlsServer> {
  const accepted: Socket[] = [];
  const connections: TLSSocket[] = [];
  const server = tls.createServer({ allowHalfOpen: true, ...options }, (socket) => {
    socket.on('error', () => undefined);
    connections.push(socket);
    onConnection(socket);
  });
  server.on('connection', (socket: Socket) => accepted.push(socket)).on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    async connection(index) {
      while (connections.length <= index) {
        await once(server, 'secureConnection');
      }
      const socket = connections[index];
      if (socket === undefined) {
        throw new Error(`there is no connection ${index}`);
      }
      return socket;
    },
    async close() {
      for (const socket of accepted) {
        socket.destroy();
      }
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
