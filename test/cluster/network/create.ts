import { run } from '../process/run.ts';
import { clusterCidr, controlPlane, hostLink, type Node, nodes } from './addresses.ts';
import { execIn } from './exec.ts';
import { addRoutes } from './hosts.ts';
import { connectHost, connectNamespace, createBridge, createNamespace, ipIn } from './namespace.ts';

/** Makes the namespaces of control plane and nodes, the bridge and the routes between them. */
export async function createNetwork(): Promise<void> {
  await createNamespace(controlPlane.name);
  await createBridge();
  await connectHost(hostLink.name, hostLink.address);
  // The API server calls webhooks, which are pods behind Services.
  await addRoutes(controlPlane.name);
  for (const node of nodes) {
    await createNodeNetwork(node);
  }
}

async function createNodeNetwork({ name, address }: Node): Promise<void> {
  await createNamespace(name);
  await connectNamespace(name, address);
  await ipIn(name, `route add default via ${controlPlane.address}`);
  for (const other of nodes.filter((node) => node.name !== name)) {
    await ipIn(name, `route add ${other.podCidr} via ${other.address}`);
  }
  await execIn(name, ['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
  await execIn(name, ['nft', '-f', '-'], { input: masqueradeRules });
}

/** Pods see each other's addresses; to everybody else a pod looks like its node, as in most clusters. */
const masqueradeRules = `table ip teamwork-proxy {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr ${clusterCidr} ip daddr != ${clusterCidr} masquerade
  }
}
`;

/**
 * Checks that no other network of this host uses the cluster's addresses.
 *
 * @throws with the interface that does
 */
export async function requireFreeNetwork(): Promise<void> {
  const { stdout } = await run('ip', ['-json', '-4', 'address']);
  const interfaces = JSON.parse(stdout) as { ifname: string; addr_info: { local: string }[] }[];
  const rival = interfaces.find(
    ({ ifname, addr_info }) =>
      ifname !== hostLink.name && addr_info.some(({ local }) => local.startsWith('172.30.0.')),
  );
  if (rival !== undefined) {
    throw new Error(
      `The cluster uses 172.30.0.0/24, and ${rival.ifname} of this host has an address in it. ` +
        `Take that interface down, or run the cluster in a virtual machine.`,
    );
  }
}
