import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Place } from '../tcp.ts';

/** What the forms of the sign-on gateway ask for. */
export const USER = { name: 'admin', password: 'apple' } as const;

/**
 * Stands for a sign-on gateway of the OAuth kind: `/authorize?redirect_uri=...&state=...` asks who one is, and then sends the browser back
 * with a code; with `response_mode=form_post` by a form, else by a redirect.
 */
export interface SignOnGateway extends AsyncDisposable {
  readonly port: number;
  /** Codes that it has given out; whoever takes one asks it in this way, as over a back channel. */
  readonly codes: Set<string>;
}

/** `cert` and `key` are PEM. On loopback, and a port of its own choice, unless it is given a place. */
export async function startSignOnGateway(
  identity: { readonly cert: string; readonly key: string },
  { host, port }: Place = { host: '127.0.0.1', port: 0 },
): Promise<SignOnGateway> {
  const codes = new Set<string>();
  const server = createServer(identity, (request, response) => void answer(request, response, codes));
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    codes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, codes: Set<string>): Promise<void> {
  const asked = new URL(request.url ?? '/', 'https://login.invalid').searchParams;
  const given = new URLSearchParams(await text(request));
  response.setHeader('Content-Type', 'text/html');
  if (request.method !== 'POST') {
    response.end(
      '<form method="post"><input name="user"><input name="password" type="password"><button>Sign in</button></form>',
    );
    return;
  }
  if (given.get('user') !== USER.name || given.get('password') !== USER.password) {
    response.writeHead(403).end('Wrong user or password');
    return;
  }
  const code = randomBytes(16).toString('base64url');
  codes.add(code);
  const back = new URL(asked.get('redirect_uri') ?? '');
  const state = asked.get('state') ?? '';
  if (asked.get('response_mode') === 'form_post') {
    response.end(
      `<form method="post" action="${back.href}"><input name="code" value="${code}"><input name="state" value="${state}"></form><script>document.forms[0].submit()</script>`,
    );
    return;
  }
  back.searchParams.set('code', code);
  back.searchParams.set('state', state);
  response.writeHead(302, { Location: back.href }).end();
}
