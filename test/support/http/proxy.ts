import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { BackendConfig, FrontendConfig } from '../../../proxy-image/config/types.ts';
import { ForwardTargets } from '../../../proxy-image/http/forwarding/targets.ts';
import { declareHttpMetrics } from '../../../proxy-image/http/metrics.ts';
import { RateLimits } from '../../../proxy-image/http/policies/rate-limit/rate-limits.ts';
import { forwardLabel } from '../../../proxy-image/http/routing/router.ts';
import { serveHttp } from '../../../proxy-image/http/serve.ts';
import type { HttpFrontend } from '../../../proxy-image/http/types.ts';
import type { AccessEntry, RequestEntry } from '../../../proxy-image/log/types.ts';
import { Registry } from '../../../proxy-image/metrics/registry.ts';
import { resetSocket } from '../../../proxy-image/tcp/reset.ts';
import { buildUpstream } from '../../../proxy-image/upstream/upstream.ts';
import { backendConfig, frontendConfig } from '../proxy-config.ts';

/** HTTP served on a loopback port, without the rest of the proxy. */
export interface HttpProxy {
  readonly port: number;
  /** Finished requests, in their order. */
  readonly requests: readonly RequestEntry[];
  readonly registry: Registry;
  /** Clients that are connected. */
  readonly clients: ReadonlySet<Socket>;
  /** What the next request will be served by; null removes the frontend. */
  serve(frontend: HttpFrontend | null): void;
  drain(): void;
  close(): Promise<void>;
}

export interface HttpProxyOptions {
  readonly frontend?: Parameters<typeof frontendConfig>[0];
  readonly backends: readonly BackendConfig[];
  /** Contents of trust files, for all backends. */
  readonly trust?: readonly string[];
  /** Of HTTP, 1 where it is left out. HTTP/2 is served as if TLS had been ended before. */
  readonly version?: 1 | 2;
}

const HTTP2 = {
  serverName: 'twc.example.com',
  application: 'h2',
  clientCertificate: null,
} as const;

export function httpFrontend({ frontend, backends, trust = [] }: HttpProxyOptions): HttpFrontend {
  const config: FrontendConfig = frontendConfig({ name: 'web', protocol: 'HTTP', ...frontend });
  return {
    config,
    misdirected: null,
    forwards: forwardsOf(config, trust),
    upstreams: new Map(backends.map((backend) => [backend.name, buildUpstream(backend, trust)])),
  };
}

function forwardsOf({ routes }: FrontendConfig, trust: readonly string[]): HttpFrontend['forwards'] {
  return new Map(
    routes.flatMap((route) =>
      route.forward === undefined
        ? []
        : [[route, new ForwardTargets(route.forward, trust, forwardLabel(route))] as const],
    ),
  );
}

/** A backend `servers` that speaks HTTP on the given loopback ports. */
export function httpBackend(ports: readonly number[], parts: Partial<BackendConfig> = {}): BackendConfig {
  return backendConfig(ports, { protocol: 'HTTP', ...parts });
}

export async function startHttpProxy(options: HttpProxyOptions): Promise<HttpProxy> {
  const requests: RequestEntry[] = [];
  const registry = new Registry();
  const clients = new Set<Socket>();
  let frontend: HttpFrontend | null = httpFrontend(options);
  let draining = false;
  const made = new Set([frontend]);
  const host = { frontend: () => frontend, draining: () => draining };
  const access = { log: (entry: AccessEntry) => void (entry.kind === 'request' && requests.push(entry)) };
  const services = { access, metrics: declareHttpMetrics(registry), rateLimits: new RateLimits(null) };
  const tls = options.version === 2 ? HTTP2 : null;
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    const { remoteAddress: sourceAddress = '', remotePort: sourcePort = 0 } = socket;
    const { localAddress: destinationAddress = '', localPort: destinationPort = 0 } = socket;
    const ends = { sourceAddress, sourcePort, destinationAddress, destinationPort };
    const reset = (): void => resetSocket(socket);
    const client = {
      socket,
      transport: socket,
      ...ends,
      local: false,
      proxied: null,
      tls,
      acceptedAt: performance.now(),
      reset,
    };
    serveHttp(client, host, services);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    registry,
    clients,
    serve: (next) => {
      frontend = next;
      if (next !== null) {
        made.add(next);
      }
    },
    drain: () => {
      draining = true;
    },
    close: async () => {
      for (const socket of clients) {
        socket.destroy();
      }
      for (const upstream of [...made].flatMap(({ upstreams }) => [...upstreams.values()])) {
        upstream.retire();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
