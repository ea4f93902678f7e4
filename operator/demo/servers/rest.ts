import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Keystore, ServerIdentity } from './identity.ts';
import { listen } from './listen.ts';

/** Speaks as the REST API does, as far as a first visit goes: `/osmc/ping`, and `/osmc/login`, which answers with a cookie. */
export async function startRest(identity: ServerIdentity, keystore: Keystore): Promise<AsyncDisposable> {
  const server = createServer({ ...keystore, minVersion: 'TLSv1.2' }, (request, response) =>
    answer(identity.host, request, response),
  );
  return listen(server, identity);
}

function answer(host: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'https://server');
  response.setHeader('X-Served-By', host);
  switch (pathname) {
    case '/osmc/ping':
      response
        .writeHead(200, { 'Content-Type': 'text/plain' })
        .end(`ping answered by the demo REST API on ${host}\n`);
      return;
    case '/osmc/login':
      response
        .writeHead(204, {
          'Set-Cookie': `twc-rest-session=${randomUUID()}; Max-Age=900; Path=/osmc; Secure; HttpOnly`,
        })
        .end();
      return;
    default:
      response
        .writeHead(404, { 'Content-Type': 'text/plain' })
        .end(`${host} has no ${pathname}; there are /osmc/ping and /osmc/login\n`);
  }
}
