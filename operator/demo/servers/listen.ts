import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { ServerIdentity } from './identity.ts';

/** Starts a server; its disposal closes it with every connection. */
export async function listen(server: Server, { address, port }: ServerIdentity): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen({ host: address, port });
  await once(server, 'listening');
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
