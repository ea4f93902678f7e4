import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** What a path answers with. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type Route = () => Promise<Answer>;

export interface HttpServer {
  /** The port, also where 0 was asked for and the system has chosen one. */
  readonly port: number;
  close(): Promise<void>;
}

/** Serves GET and HEAD of these paths, on all addresses unless one is given. Resolves when it listens. */
export async function serveHttp(options: {
  readonly port: number;
  readonly host?: string;
  readonly routes: Readonly<Record<string, Route>>;
}): Promise<HttpServer> {
  const server = createServer((request, response) => void respond(request, response, options.routes));
  server.listen({ port: options.port, host: options.host });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What is wrong, by name of the check; undefined where nothing is. */
export type Checks = Readonly<Record<string, () => string | undefined>>;

/** `/healthz` or `/readyz`: 200 if no check finds anything, else 503 with what was found. */
export function probe(checks: Checks): Route {
  return async () => {
    const problems = Object.entries(checks).flatMap(([name, check]) => {
      const problem = check();
      return problem === undefined ? [] : [`${name}: ${problem}`];
    });
    const status = problems.length === 0 ? 200 : 503;
    return { status, contentType: 'text/plain', body: `${problems.join('\n') || 'ok'}\n` };
  };
}

/** `/metrics`, in Prometheus' text format. */
export function metricsPage(registry: Registry): Route {
  return async () => ({ status: 200, contentType: registry.contentType, body: await registry.metrics() });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Readonly<Record<string, Route>>,
): Promise<void> {
  const { status, contentType, body } = await answer(request, routes);
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answer(
  { method, url = '/' }: IncomingMessage,
  routes: Readonly<Record<string, Route>>,
): Promise<Answer> {
  const path = url.replace(/\?.*$/, '');
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return plain(404, `There is no ${path}`);
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET and HEAD are served');
  try {
    return await route();
  } catch (error) {
    return plain(500, error instanceof Error ? error.message : String(error));
  }
}

function plain(status: number, text: string): Answer {
  return { status, contentType: 'text/plain', body: `${text}\n` };
}
