import { join } from 'node:path';
import { cacheFolder } from '../paths.ts';

/** Everything the cluster writes. */
export function clusterFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), 'cluster');
}

/** Where the control plane lives; its kubeconfig is that of the cluster's administrator. */
export function controlPlaneFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(clusterFolder(env), 'control-plane');
}

/** Where the cluster's DNS lives. */
export function dnsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(clusterFolder(env), 'dns');
}

/** Where a node or another machine lives. */
export function machineFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(clusterFolder(env), 'machines', name);
}
