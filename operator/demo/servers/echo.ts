import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Keystore, ServerIdentity } from './identity.ts';
import { listen } from './listen.ts';

/** Stands for the modelling client's port: TLS, says who it is in its first line, then returns every byte. */
export async function startClientPort(
  identity: ServerIdentity,
  keystore: Keystore,
): Promise<AsyncDisposable> {
  const server = createTlsServer({ ...keystore, minVersion: 'TLSv1.2', allowHalfOpen: true }, (socket) =>
    echo(socket, identity),
  );
  // A peer that hangs up in its handshake is no matter.
  server.on('tlsClientError', () => undefined);
  return listen(server, identity);
}

/** Stands for a licence server: plain TCP, says who it is in its first line, then returns every byte. */
export async function startLicensePort(identity: ServerIdentity): Promise<AsyncDisposable> {
  return listen(
    createServer({ allowHalfOpen: true }, (socket) => echo(socket, identity)),
    identity,
  );
}

function echo(socket: Socket, { host, port }: ServerIdentity): void {
  socket.on('error', () => socket.destroy());
  socket.write(`${host}:${port}\n`);
  socket.pipe(socket);
}
