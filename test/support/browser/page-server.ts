import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Place } from '../tcp.ts';

/** Serves one empty page at every path, for scripts of the test to run in. */
export interface PageServer extends AsyncDisposable {
  readonly port: number;
}

/** `cert` and `key` are PEM. On loopback, and a port of its own choice, unless it is given a place. */
export async function startPageServer(
  identity: { readonly cert: string; readonly key: string },
  { host, port }: Place = { host: '127.0.0.1', port: 0 },
): Promise<PageServer> {
  const server = createServer(identity, (_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>A page</title>');
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
