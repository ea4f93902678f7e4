import { writeIdentity } from '../control-plane/identities.ts';
import type { RunningControlPlane } from '../control-plane/start.ts';
import { importImage } from '../images/load.ts';
import type { Node } from '../network/addresses.ts';
import type { Daemon } from '../process/daemon.ts';
import { createCgroup } from './cgroups.ts';
import { startContainerd } from './containerd.ts';
import { startKubeProxy } from './kube-proxy.ts';
import { startKubelet } from './kubelet.ts';
import { startMachine } from './machine.ts';

/**
 * Starts a node in the network namespace of its name: containerd, kubelet, kube-proxy.
 *
 * @param folder takes everything that the node writes
 * @param pauseArchive path of the archive with the pause image
 * @returns its programs; the node is there once it has registered and is ready
 */
export async function startNode(
  node: Node,
  folder: string,
  pauseArchive: string,
  { layout, access, authority }: RunningControlPlane,
): Promise<Daemon[]> {
  await writeIdentity({
    layout,
    url: access.url,
    authority,
    name: node.name,
    subject: {
      commonName: `system:node:${node.name}`,
      organization: 'system:nodes',
      hosts: [node.name, node.address],
    },
  });
  createCgroup(node.name);
  const machine = await startMachine(node.name, folder);
  const containerd = await startContainerd(node, machine, folder);
  await importImage(machine, pauseArchive);
  const kubelet = await startKubelet(node, machine, folder, layout);
  const kubeProxy = await startKubeProxy(node, machine, folder, layout);
  return [kubelet, kubeProxy, containerd];
}
