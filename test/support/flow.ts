import net from 'node:net';
import type { Socket } from 'node:net';
import type { BackendConfig, FrontendConfig, ProxyConfig } from '../../proxy-image/config/types.ts';
import { startDataPlane } from './data-plane.ts';
import type { Certificates, DataPlane, Trust } from './data-plane.ts';
import { frontendConfig, proxyConfig } from './proxy-config.ts';
import { freePort } from '../cluster/process/free-port.ts';

/** One frontend of a proxy on a loopback port, to be tried with real connections. */
export interface Flow {
  readonly plane: DataPlane;
  readonly port: number;
  /** Connects without waiting for it: what is written goes out as soon as it can. Errors are left to whoever looks at them. */
  connect(options?: { readonly localAddress?: string }): Socket;
  /** A counter of the worker, by the values of its labels in their order. */
  counter(name: string, ...labels: readonly string[]): number;
  stop(): void;
}

export interface FlowOptions {
  readonly frontend?: Parameters<typeof frontendConfig>[0];
  readonly backends: readonly BackendConfig[];
  readonly certificates?: Certificates;
  readonly trust?: Trust;
}

export async function startFlow({
  frontend,
  backends,
  certificates = {},
  trust,
}: FlowOptions): Promise<Flow> {
  const plane = startDataPlane();
  const port = await freePort();
  const clients = new Set<Socket>();
  const config = flowConfig(frontendConfig({ port, ...frontend }), backends, certificates);
  await plane.apply(config, certificates, trust);
  return {
    plane,
    port,
    connect: ({ localAddress = '127.0.0.1' } = {}) => {
      const client = net.connect({
        host: '127.0.0.1',
        port,
        localAddress,
        noDelay: true,
        allowHalfOpen: true,
      });
      client.on('error', () => undefined);
      clients.add(client);
      return client;
    },
    counter: (name, ...labels) => {
      const family = plane.report().metrics.find((candidate) => candidate.name === name);
      const series = family?.type === 'counter' ? family.series : [];
      return series.find((candidate) => candidate.labels.join() === labels.join())?.value ?? 0;
    },
    stop: () => {
      for (const client of clients) {
        client.destroy();
      }
      plane.stop();
      plane.worker.handle({ type: 'StopAccepting', limit: 0 });
    },
  };
}

function flowConfig(
  frontend: FrontendConfig,
  backends: readonly BackendConfig[],
  certificates: Certificates,
): ProxyConfig {
  const names = Object.keys(certificates);
  return proxyConfig({
    certificates: names.map((name) => ({ name, chainFile: `${name}.crt`, keyFile: `${name}.key` })),
    frontends: [frontend],
    backends,
  });
}
