import { createHash } from 'node:crypto';
import { eventually } from '../../support/eventually.ts';
import { isReachable } from './client.ts';
import { kubeJson } from './kube.ts';
import type { KubeList, KubeObject } from './kube.ts';

interface LoadBalancerService extends KubeObject {
  readonly spec: { readonly type: string };
  readonly status: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] } };
}

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly {
    readonly nodeName?: string;
    readonly conditions: { readonly ready?: boolean };
  }[];
}

interface ServiceL2Status extends KubeObject {
  readonly status: { readonly node: string; readonly serviceName: string; readonly serviceNamespace: string };
}

/**
 * Waits until the addresses of a namespace's Services are where they will stay. Each node's MetalLB announces or leaves an address as
 * it learns of ready pods, and when an address moves to another node, the connections through it end.
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
    await eventually(`${address} on the node that is to announce it`, async () => {
      const [elected, announcing] = [
        electedNode(address, await readyNodes(namespace, metadata.name)),
        await announcingNodes(namespace, metadata.name),
      ];
      return announcing.length === 1 && announcing[0] === elected ? elected : undefined;
    });
    await eventually(`a way to ${address}`, async () => ((await isReachable(address)) ? true : undefined));
  }
}

/** The node that announces an address: of those with a ready pod the one whose hash with the address comes first, as MetalLB has it. */
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
  return slices.items.flatMap(({ endpoints = [] }) =>
    endpoints.flatMap(({ nodeName, conditions }) =>
      nodeName !== undefined && conditions.ready === true ? [nodeName] : [],
    ),
  );
}

async function announcingNodes(namespace: string, service: string): Promise<readonly string[]> {
  const { items } = await kubeJson<KubeList<ServiceL2Status>>('get', 'servicel2statuses', '--all-namespaces');
  return items.flatMap(({ status }) =>
    status.serviceNamespace === namespace && status.serviceName === service ? [status.node] : [],
  );
}
