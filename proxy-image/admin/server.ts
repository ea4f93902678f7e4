import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { getBuiltinModule } from 'node:process';
import type { AdminAddress } from '../options.ts';
import type { ProxyStatus } from '../config/status.ts';
import { exposition, EXPOSITION_TYPE } from '../metrics/exposition.ts';
import type { MetricsSnapshot } from '../metrics/snapshot.ts';

// Not imported: that would evaluate all of its exports, Node's WebSocket client among them, for 6 MiB of memory.
const { createServer } = getBuiltinModule('node:http');

/** What the admin listener shows. */
export interface AdminView {
  /** Null when the process is in order; else what is wrong. */
  unhealthy(): string | null;
  /** Null as long as clients that come are served, also while it drains; else why not. */
  notServing(): string | null;
  status(): Promise<ProxyStatus>;
  metrics(): Promise<MetricsSnapshot>;
}

interface Page {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

/** Serves the view; resolves when it listens, and rejects when it can't. */
export async function startAdmin({ host, port }: AdminAddress, view: AdminView): Promise<Server> {
  const server = createServer((request, response) => void answer(request, response, view));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, view: AdminView): Promise<void> {
  const { code, type, body } = await page(request, view);
  response.writeHead(code, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? '' : body);
}

async function page({ method, url = '/' }: IncomingMessage, view: AdminView): Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') {
    return text(405, 'only GET and HEAD are possible here');
  }
  switch (url.split('?')[0]) {
    case '/healthz':
      return verdict(view.unhealthy());
    case '/servingz':
      return verdict(view.notServing());
    case '/readyz':
      return verdict(notReady(await view.status()));
    case '/status':
      return {
        code: 200,
        type: 'application/json',
        body: `${JSON.stringify(await view.status(), null, 2)}\n`,
      };
    case '/metrics':
      return { code: 200, type: EXPOSITION_TYPE, body: exposition(await view.metrics()) };
    default:
      return text(404, 'there are /healthz, /readyz, /servingz, /status and /metrics');
  }
}

/** Why no traffic should be sent here; null when it should. */
export function notReady({ phase, configHash, frontends, rejected }: ProxyStatus): string | null {
  if (phase === 'Draining') {
    return 'draining';
  }
  if (configHash === null) {
    const errors = rejected?.errors.map(({ path, message }) => `${path}: ${message}`) ?? [];
    return ['no configuration is served yet', ...errors].join('\n');
  }
  const failed = frontends.filter(({ state }) => state === 'Failed');
  return failed.length === 0
    ? null
    : failed.map(({ name, message }) => `frontend ${name} is not listened on: ${message}`).join('\n');
}

function verdict(problem: string | null): Page {
  return problem === null ? text(200, 'ok') : text(503, problem);
}

function text(code: number, body: string): Page {
  return { code, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}
