import type { ServerResponse } from 'node:http';
import type { Tm1Request } from './server.ts';

/** How a TM1 server of the tests has browsers signed on elsewhere. */
export interface SigningOn {
  /** Address of the sign-on gateway's page. */
  readonly authorize: string;
  /** Codes that it has given out. */
  readonly codes: Set<string>;
}

/**
 * Answers what belongs to signing on: `/login` leads to the sign-on gateway (`/login?response_mode=form_post` in that mode), and
 * `/login/back` takes its code for a session. `/login/elsewhere` leads to a host that nobody approves. False for all other requests.
 */
export function answerSigningOn(
  { authorize, codes }: SigningOn,
  request: Tm1Request,
  response: ServerResponse,
  begin: () => void,
): boolean {
  const { pathname, searchParams } = new URL(request.url, 'https://tm1.invalid');
  switch (pathname) {
    case '/login': {
      const to = new URL(authorize);
      to.searchParams.set('redirect_uri', publicUrl(request, '/login/back'));
      to.searchParams.set('state', 'a state');
      to.searchParams.set('response_mode', searchParams.get('response_mode') ?? 'query');
      response.writeHead(302, { Location: to.href }).end();
      return true;
    }
    case '/login/elsewhere':
      response.writeHead(302, { Location: 'https://stranger.example.net/authorize' }).end();
      return true;
    case '/login/back': {
      const given = request.method === 'POST' ? new URLSearchParams(request.body) : searchParams;
      if (!codes.delete(given.get('code') ?? '')) {
        response.writeHead(403).end();
        return true;
      }
      begin();
      response.writeHead(303, { Location: '/login/done' }).end();
      return true;
    }
    case '/login/done':
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Signed on</title>');
      return true;
    default:
      return false;
  }
}

/** As browsers reach it through the proxy: that has told its own host, and Host is what the request has named. */
function publicUrl({ headers }: Tm1Request, path: string): string {
  return `https://${String(headers['x-forwarded-host'])}/${String(headers.host)}${path}`;
}
