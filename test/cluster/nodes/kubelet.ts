import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { locate } from '../binaries/locate.ts';
import { clusterDomain, dnsAddress } from '../dns/coredns.ts';
import type { Layout } from '../control-plane/layout.ts';
import type { Node } from '../network/addresses.ts';
import type { Daemon } from '../process/daemon.ts';
import { containerdSocket } from './containerd.ts';
import { launchIn, type Machine } from './machine.ts';

/** Starts the kubelet in a node's machine. The node is there once it has registered. */
export async function startKubelet(
  node: Node,
  machine: Machine,
  folder: string,
  layout: Layout,
): Promise<Daemon> {
  const config = join(folder, 'kubelet.yaml');
  writeFileSync(config, dump(kubeletConfig(node, layout)));
  return launchIn(machine)({
    name: `the kubelet of ${node.name}`,
    command: locate('kubelet'),
    args: [
      `--config=${config}`,
      `--kubeconfig=${layout.identity(node.name).kubeconfig}`,
      `--hostname-override=${node.name}`,
      `--node-ip=${node.address}`,
    ],
    log: join(folder, 'kubelet.log'),
  });
}

/** The kubelet's configuration. How often it looks for changed Secrets and ConfigMaps is left as it is in any cluster. */
export function kubeletConfig(node: Node, layout: Layout) {
  const identity = layout.identity(node.name);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: layout.authorityCertificate },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: identity.certificate,
    tlsPrivateKeyFile: identity.key,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${node.name}`,
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [dnsAddress],
    clusterDomain,
    // Nothing is reserved for the host, which has other work.
    enforceNodeAllocatable: [],
    // The defaults look at the host's disk, which is not the cluster's, and evict pods when it is 85 % full.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    // A host's file is often a link into /run, which a machine does not share, and names servers that pods cannot reach.
    resolvConf: '',
    // The default is outside of what a machine has for itself.
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
  };
}
