import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { type Clock, systemClock } from '../clock.ts';
import { createHttpsTransport } from './https-transport.ts';
import type { KubeClient } from './kube-client.ts';
import { type RequestObserver, createRestClient } from './rest-client.ts';
import { type ServiceAccountIdentity, serviceAccountOf } from './service-account.ts';
import { tokenFileOf, tokenReader } from './token-file.ts';

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
  /** Who the client is, if it is a ServiceAccount. */
  readonly serviceAccount: ServiceAccountIdentity | undefined;
  close(): void;
}

/**
 * A client for the cluster that the environment names. Nothing is sent yet.
 *
 * @throws if no cluster is named, or a file that is named can't be read
 */
export function connect({ userAgent, kubeconfig, clock = systemClock, observe }: ConnectOptions): Connection {
  const config = loadKubeConfig(kubeconfig);
  const token = tokenOf(config, kubeconfig, clock);
  const transport = createHttpsTransport(config, token);
  const client = createRestClient({
    transport,
    userAgent,
    clock,
    ...(observe === undefined ? {} : { observe }),
  });
  return { client, serviceAccount: serviceAccountOf(token?.() ?? ''), close: () => transport.close() };
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

/** The bearer token of the current user, which a file may hold; undefined where it has none, or a plugin gives it. */
function tokenOf(config: KubeConfig, path: string | undefined, clock: Clock): (() => string) | undefined {
  const user = config.getCurrentUser();
  if (user === null) return undefined;
  const { name, token, authProvider } = user;
  if (authProvider?.name === 'tokenFile') return tokenReader(tokenFileIn(authProvider.config), clock);
  const file = authProvider || user.exec ? undefined : tokenFileOf(name, kubeconfigPaths(path));
  if (file !== undefined) return tokenReader(file, clock);
  return token === undefined || token === '' ? undefined : () => token;
}

/** In a pod client-node notes the file in a provider of its own. */
function tokenFileIn(settings: unknown): string {
  return (settings as { readonly tokenFile: string }).tokenFile;
}

/** The files that the configuration was read from. */
function kubeconfigPaths(path: string | undefined): readonly string[] {
  if (path !== undefined) return [path];
  const paths = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((entry) => entry !== '');
  return paths.length > 0 ? paths : [join(homedir(), '.kube', 'config')];
}
