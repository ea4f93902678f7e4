import { KubeConfig } from '@kubernetes/client-node';
import { type Clock, systemClock } from '../clock.ts';
import { createHttpsTransport } from './https-transport.ts';
import type { KubeClient } from './kube-client.ts';
import { type RequestObserver, createRestClient } from './rest-client.ts';

export interface ConnectOptions {
  /** `name/version`. */
  readonly userAgent: string;
  /** Path of a kubeconfig file; if left out, `KUBECONFIG`, `~/.kube/config` or the pod's service account, in this order. */
  readonly kubeconfig?: string | undefined;
  readonly clock?: Clock;
  readonly observe?: RequestObserver;
}

/** A client and how to let go of its connections. */
export interface Connection {
  readonly client: KubeClient;
  close(): void;
}

/**
 * A client for the cluster that the environment names. Nothing is sent yet.
 *
 * @throws if no cluster is named, or a file that is named can't be read
 */
export function connect({ userAgent, kubeconfig, clock = systemClock, observe }: ConnectOptions): Connection {
  const transport = createHttpsTransport(loadKubeConfig(kubeconfig));
  const client = createRestClient({
    transport,
    userAgent,
    clock,
    ...(observe === undefined ? {} : { observe }),
  });
  return { client, close: () => transport.close() };
}

function loadKubeConfig(path: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (path !== undefined) {
    config.loadFromFile(path);
    return config;
  }
  config.loadFromDefault();
  // What client-node falls back to when it finds nothing; nobody who gets there means it.
  if (config.getCurrentContext() === 'loaded-context') {
    throw new Error(
      'No cluster is configured: set KUBECONFIG to the path of a kubeconfig file, or run in a pod with a service account.',
    );
  }
  return config;
}
