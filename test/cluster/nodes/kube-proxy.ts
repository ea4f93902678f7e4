import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { locate } from '../binaries/locate.ts';
import type { Layout } from '../control-plane/layout.ts';
import { clusterCidr, type Node } from '../network/addresses.ts';
import type { Daemon } from '../process/daemon.ts';
import { launchIn, type Machine } from './machine.ts';

/** The component that kube-proxy is to the layout; all nodes share its credentials, as they do with kubeadm. */
export const kubeProxyIdentity = 'kube-proxy';

/** Starts kube-proxy in a node's machine. */
export async function startKubeProxy(
  node: Node,
  machine: Machine,
  folder: string,
  layout: Layout,
): Promise<Daemon> {
  const config = join(folder, 'kube-proxy.yaml');
  writeFileSync(config, dump(kubeProxyConfig(node, layout)));
  return launchIn(machine)({
    name: `kube-proxy of ${node.name}`,
    command: locate('kube-proxy'),
    args: [`--config=${config}`],
    log: join(folder, 'kube-proxy.log'),
  });
}

function kubeProxyConfig(node: Node, layout: Layout): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clusterCIDR: clusterCidr,
    hostnameOverride: node.name,
    clientConnection: { kubeconfig: layout.identity(kubeProxyIdentity).kubeconfig },
    // The table's size belongs to the host and cannot be set from another network namespace.
    conntrack: { maxPerCore: 0, min: 0 },
  };
}
