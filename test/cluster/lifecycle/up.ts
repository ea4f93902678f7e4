import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '../binaries/install.ts';
import { locate } from '../binaries/locate.ts';
import { describeInventory, isEmpty, takeInventory } from '../cleanup/inventory.ts';
import { removeCluster } from '../cleanup/remove.ts';
import { writeIdentity } from '../control-plane/identities.ts';
import { type RunningControlPlane, startComponents } from '../control-plane/start.ts';
import { writeImage } from '../images/archive.ts';
import { startDns } from '../dns/coredns.ts';
import { builtImages, loadImage } from '../images/load.ts';
import { pauseImage } from '../images/pause.ts';
import { installMetallb } from '../metallb/install.ts';
import { controlPlane, nodes, serviceCidr } from '../network/addresses.ts';
import { createNetwork } from '../network/create.ts';
import { kubeProxyIdentity } from '../nodes/kube-proxy.ts';
import { launchIn, requireMachine, startMachine } from '../nodes/machine.ts';
import { startNode } from '../nodes/node.ts';
import { print, step } from '../process/progress.ts';
import { untilReady } from '../process/ready.ts';
import { clusterFolder, controlPlaneFolder, dnsFolder, machineFolder } from './folders.ts';
import { clusterKubeconfig, findProblems, nodeProblems } from './health.ts';
import { requireSuitableHost } from './host.ts';

const nodesTimeoutMs = 60_000;

/**
 * Brings up the cluster: control plane, two nodes, MetalLB, and the project's images if they have been built. Does nothing if it
 * is up; what a failed attempt left is removed first. A failure leaves everything as it is, for a look at it.
 *
 * @throws if this host is not suitable or a component does not get ready, with the end of its log
 */
export async function bringUp(): Promise<void> {
  await requireSuitableHost();
  await install(['control-plane', 'nodes', 'dns', 'metallb']);
  if (await isUpAlready()) {
    print('The cluster is up already.');
    return;
  }

  await step('Network', createNetwork);
  const running = await step('Control plane', startControlPlane);
  await step('DNS', () => startDns(dnsFolder(), running, launchIn(requireMachine(controlPlane.name))));
  await step('Nodes', () => startNodes(running));
  await step('MetalLB', () => installMetallb(clusterKubeconfig(), clusterFolder()));
  await loadBuiltImages();
}

/** Loads those of the project's images that have been built into every node. */
export async function loadBuiltImages(): Promise<void> {
  const archives = builtImages();
  if (archives.length === 0) {
    print('The images of proxy and operator have not been built; "make images", then "main.ts load".');
  }
  for (const archive of archives) {
    await step(`Loading ${archive}`, () => loadImage(archive));
  }
}

async function isUpAlready(): Promise<boolean> {
  const found = takeInventory();
  if (isEmpty(found)) {
    return false;
  }
  const problems = await findProblems();
  if (problems.length === 0) {
    return true;
  }
  print(
    `A cluster is there, but not in order: ${problems.join(' ')} Removing ${describeInventory(found).join(', ')}.`,
  );
  await removeCluster();
  return false;
}

async function startControlPlane(): Promise<RunningControlPlane> {
  const { name, address, port } = controlPlane;
  const machine = await startMachine(name, machineFolder(name));
  const settings = { address, port, serviceCidr, auditLog: true, nodes: true };
  return startComponents(controlPlaneFolder(), settings, launchIn(machine));
}

async function startNodes(running: RunningControlPlane): Promise<void> {
  const { layout, access, authority } = running;
  mkdirSync(clusterFolder(), { recursive: true });
  const pauseArchive = join(clusterFolder(), 'pause.tar');
  writeImage({ name: pauseImage, program: locate('pause') }, pauseArchive);
  await writeIdentity({
    layout,
    url: access.url,
    authority,
    name: kubeProxyIdentity,
    // The role that this user is bound to is one of those the API server makes itself.
    subject: { commonName: 'system:kube-proxy' },
  });

  const daemons = await Promise.all(
    nodes.map((node) => startNode(node, machineFolder(node.name), pauseArchive, running)),
  );
  await untilReady({
    what: 'The cluster',
    check: async () => (await nodeProblems(layout.kubeconfig)).join(' ') || undefined,
    timeoutMs: nodesTimeoutMs,
    daemons: daemons.flat(),
  });
}
