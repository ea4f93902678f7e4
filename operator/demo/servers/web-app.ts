import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Keystore, ServerIdentity } from './identity.ts';
import { listen } from './listen.ts';

/**
 * Speaks as the Web Application Platform does: HTTPS with TLS 1.2 only, and a session cookie for each application. Answers the given
 * paths, and what is below them, with a page that tells who answered what; everything else with 404.
 */
export async function startWebApp(
  identity: ServerIdentity,
  keystore: Keystore,
  paths: readonly string[],
): Promise<AsyncDisposable> {
  const tls = { ...keystore, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
  const server = createServer(tls, (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'https://server');
    const application = paths.find((path) => pathname === path || pathname.startsWith(`${path}/`));
    response.setHeader('X-Served-By', identity.host);
    if (application === undefined)
      response
        .writeHead(404, { 'Content-Type': 'text/plain' })
        .end(`${identity.host} has no application at ${pathname}\n`);
    else answer(identity.host, application, { request, response });
  });
  return listen(server, identity);
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function answer(host: string, application: string, { request, response }: Exchange): void {
  if (!(request.headers.cookie ?? '').includes('JSESSIONID=')) {
    response.setHeader('Set-Cookie', `JSESSIONID=${randomUUID()}; Path=${application}; Secure; HttpOnly`);
  }
  response
    .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
    .end(page(host, application, request));
}

function page(host: string, application: string, request: IncomingMessage): string {
  const shown = ['host', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port'];
  const fields = shown.map(
    (name) => `<tr><td>${name}<td>${escape(String(request.headers[name] ?? 'not sent'))}`,
  );
  return `<!doctype html>
<title>${application} on ${host}</title>
<h1>${application}</h1>
<p>${escape(request.method ?? '')} ${escape(request.url ?? '')} was answered by the demo Web Application Platform on <b>${host}</b>.
<table>
${fields.join('\n')}
</table>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
