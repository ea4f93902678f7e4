import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Cells } from './cells.ts';
import { answerSigningOn } from './signing-on.ts';
import type { SigningOn } from './signing-on.ts';

/** A request as the server got it. */
export interface Tm1Request {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Tm1ServerOptions {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** Left out: people sign on here alone. */
  readonly signingOn?: SigningOn;
  readonly user: string;
  readonly password: string;
  /** Loopback if left out. */
  readonly host?: string;
  /** One of its own choice if left out. */
  readonly port?: number;
}

/** Stands for a TM1 server: Basic credentials give a session cookie, and signing on elsewhere where that is possible; its data is an OData service. */
export interface Tm1Server extends AsyncDisposable {
  readonly port: number;
  /** In the order in which they came. */
  readonly requests: readonly Tm1Request[];
  /** What is in a cell of the cube Plan, whose coordinates are a year and a version. */
  cell(coordinates: string): number | undefined;
}

interface State {
  readonly options: Tm1ServerOptions;
  readonly sessions: Set<string>;
  readonly cells: Cells;
}

/** Starts one that speaks TLS. */
export async function startTm1Server(options: Tm1ServerOptions): Promise<Tm1Server> {
  const requests: Tm1Request[] = [];
  const state: State = { options, sessions: new Set(), cells: new Cells() };
  const server = createServer({ cert: options.cert, key: options.key }, (request, response) => {
    void receive(request).then((received) => {
      requests.push(received);
      answer(state, received, response);
    });
  });
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    cell: (coordinates) => state.cells.get(coordinates),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function receive(request: IncomingMessage): Promise<Tm1Request> {
  const { method = '', url = '', headers } = request;
  return { method, url, headers, body: await text(request) };
}

function answer(state: State, request: Tm1Request, response: ServerResponse): void {
  const { signingOn } = state.options;
  const begin = (): void => beginSession(state, response);
  if (signingOn !== undefined && answerSigningOn(signingOn, request, response, begin)) return;
  if (!isSignedIn(state, request, response)) {
    json(response.setHeader('WWW-Authenticate', challenge(state.options)), 401, {
      error: { code: '401', message: 'Not signed in' },
    });
    return;
  }
  const cell = /^\/api\/v1\/Cubes\('Plan'\)\/Cells\('([^']+)'\)$/.exec(decodeURIComponent(request.url))?.[1];
  if (cell !== undefined) {
    answerCell(state.cells, cell, request, response);
  } else if (request.method === 'GET' && request.url.startsWith('/api/v1/Cubes?')) {
    json(response, 200, { '@odata.context': '$metadata#Cubes(Name)', value: [{ Name: 'Plan' }] });
  } else if (request.method === 'POST' && request.url === '/api/v1/ActiveSession/tm1.Close') {
    state.sessions.delete(sessionOf(request) ?? '');
    response.writeHead(204).end();
  } else {
    json(response, 404, { error: { code: '404', message: `There is no ${request.url}` } });
  }
}

/** For Basic a browser may show a dialog of its own, and wait for its user; it does not know the other scheme. */
function challenge({ signingOn }: Tm1ServerOptions): string {
  return signingOn === undefined ? 'Basic realm="TM1"' : `CAMPassport ${signingOn.authorize}`;
}

function answerCell(cells: Cells, coordinates: string, request: Tm1Request, response: ServerResponse): void {
  if (request.method === 'PATCH') {
    cells.set(coordinates, (JSON.parse(request.body) as { Value: number }).Value);
    response.writeHead(204).end();
    return;
  }
  json(response, 200, { Ordinal: 0, Value: cells.get(coordinates) ?? null });
}

/** By cookie, or by credentials: then the response brings a cookie. */
function isSignedIn(state: State, request: Tm1Request, response: ServerResponse): boolean {
  const { sessions, options } = state;
  if (sessions.has(sessionOf(request) ?? '')) return true;
  const credentials = Buffer.from(`${options.user}:${options.password}`).toString('base64');
  if (request.headers.authorization !== `Basic ${credentials}`) return false;
  beginSession(state, response);
  return true;
}

function beginSession({ sessions }: State, response: ServerResponse): void {
  const session = randomBytes(16).toString('base64url');
  sessions.add(session);
  response.setHeader('Set-Cookie', `TM1SessionId=${session}; Path=/api; HttpOnly; Secure`);
}

function sessionOf({ headers }: Tm1Request): string | undefined {
  return /(?:^|; )TM1SessionId=([^;]+)/.exec(headers.cookie ?? '')?.[1];
}

function json(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json;odata.metadata=minimal' })
    .end(JSON.stringify(body));
}
