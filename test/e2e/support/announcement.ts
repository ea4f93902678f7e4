import { createHash } from 'node:crypto';
import { nodes } from '../../cluster/network/addresses.ts';
import { execIn } from '../../cluster/network/exec.ts';
import { hardwareAddress } from '../../cluster/network/namespace.ts';
import { untilReady } from '../../cluster/process/ready.ts';
import { clientNamespace, isReachable } from './client.ts';
import { kubeJson } from './kube.ts';
import type { KubeList, KubeObject } from './kube.ts';
import { announcingNodes, speakerLogs } from './speakers.ts';

interface LoadBalancerService extends KubeObject {
  readonly spec: { readonly type: string; readonly ports: readonly { readonly port: number }[] };
  readonly status: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] } };
}

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly {
    readonly nodeName?: string;
    readonly conditions: { readonly ready?: boolean; readonly serving?: boolean };
  }[];
}

const timeoutMs = 60_000;

/**
 * Waits until the addresses of a namespace's Services are where they will stay, and the client machine knows it. Each node's MetalLB
 * announces or leaves an address as it learns of ready pods, and when an address moves to another node, the connections through it end.
 *
 * @throws with who answers for the address and who should, and the last words of MetalLB
 */
export async function untilAnnounced(namespace: string): Promise<void> {
  const { items } = await kubeJson<KubeList<LoadBalancerService>>(
    'get',
    'services',
    `--namespace=${namespace}`,
  );
  for (const { metadata, spec, status } of items) {
    const address = status.loadBalancer?.ingress?.[0]?.ip;
    if (spec.type !== 'LoadBalancer' || address === undefined) continue;
    const flow = { service: metadata.name, address, port: spec.ports[0]?.port ?? 443 };
    const check = async () => misplaced(namespace, flow);
    await untilReady({ what: `${address} of ${metadata.name}`, check, timeoutMs }).catch(
      async (cause: unknown) => {
        throw new Error(`${String(cause)}\nThe speakers:\n${await speakerLogs().catch(String)}`, { cause });
      },
    );
  }
}

/** What is wrong with where an address is; undefined if nothing is. */
async function misplaced(
  namespace: string,
  { service, address, port }: { readonly service: string; readonly address: string; readonly port: number },
): Promise<string | undefined> {
  const pods = await readyNodes(namespace, service);
  const elected = electedNode(address, pods);
  if (elected === undefined) return 'it has no ready pod';
  const announcing = await announcingNodes(address);
  if (announcing.join() !== elected) {
    return `announced by ${announcing.join(' and ') || 'nobody'}, to be announced by ${elected}; there are ready pods on ${pods.join(' and ')}`;
  }
  if (!(await isReachable(address, port))) return `announced by ${elected}, but nothing answers`;
  const known = await neighbour(address);
  return known === hardwareAddressOf(elected)
    ? undefined
    : `announced by ${elected}, but the client machine takes it for ${known}`;
}

/** The Ethernet address that the client machine sends to for an address. */
async function neighbour(address: string): Promise<string | undefined> {
  const { stdout } = await execIn(clientNamespace, ['ip', '-json', 'neighbour', 'show', address]);
  const [entry] = JSON.parse(stdout) as readonly { readonly lladdr?: string }[];
  return entry?.lladdr;
}

function hardwareAddressOf(name: string): string | undefined {
  const node = nodes.find((candidate) => candidate.name === name);
  return node === undefined ? undefined : hardwareAddress(node.address);
}

/** The node that announces an address: of those with a pod that serves the one whose hash with the address comes first, as MetalLB has it. */
function electedNode(address: string, nodes: readonly string[]): string | undefined {
  const rank = (node: string) => createHash('sha256').update(`${node}#${address}`).digest('hex');
  return nodes.toSorted((a, b) => rank(a).localeCompare(rank(b)))[0];
}

async function readyNodes(namespace: string, service: string): Promise<readonly string[]> {
  const selector = `--selector=kubernetes.io/service-name=${service}`;
  const slices = await kubeJson<KubeList<EndpointSlice>>(
    'get',
    'endpointslices',
    `--namespace=${namespace}`,
    selector,
  );
  const names = slices.items.flatMap(({ endpoints = [] }) =>
    endpoints.flatMap(({ nodeName, conditions }) =>
      nodeName !== undefined && (conditions.ready === true || conditions.serving === true) ? [nodeName] : [],
    ),
  );
  return [...new Set(names)];
}
