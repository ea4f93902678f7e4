import { isIP } from 'node:net';
import { NATIVE_PORTS } from '../../api/presets/teamwork-cloud.ts';
import type { NetworkPolicySpec } from '../../api/spec/network-policy.ts';
import type { NetworkPolicy } from '../../kube/types.ts';
import { readApprovedHost } from '../../../proxy-image/addresses/approved-host.ts';
import { defaultPort, forwardsOf } from '../plan/forward.ts';
import type { PlacedForward } from '../plan/forward.ts';
import type { Plan, PlannedBackend } from '../plan/types.ts';
import { ADMIN_PORT } from './deployment.ts';
import { objectNames, ownedMetadata, selectorLabels } from './metadata.ts';
import { loadBalancerOf, peerRanges } from './service.ts';

type PolicySpec = NonNullable<NetworkPolicy['spec']>;
type IngressRule = NonNullable<PolicySpec['ingress']>[number];
type EgressRule = NonNullable<PolicySpec['egress']>[number];
type Peer = NonNullable<IngressRule['from']>[number];

/**
 * Lets clients in to the flows, the operator and collectors of metrics in to the admin port, and nobody else; and where that is wanted, the pods out
 * to DNS and the backends. Null where none is wanted.
 */
export function renderNetworkPolicy(plan: Plan, operatorNamespace: string | undefined): NetworkPolicy | null {
  const { proxy } = plan;
  const { networkPolicy } = proxy.spec;
  if (networkPolicy.mode === 'Off') return null;
  const isClosed = networkPolicy.egress === 'BackendsOnly';
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: ownedMetadata(proxy, objectNames.workload(proxy.metadata.name)),
    spec: {
      podSelector: { matchLabels: { ...selectorLabels(proxy) } },
      policyTypes: isClosed ? ['Ingress', 'Egress'] : ['Ingress'],
      ingress: [
        ...plan.flows.map((flow) => flowRule(plan, flow)),
        {
          from: adminPeers(networkPolicy, operatorNamespace),
          ports: [{ protocol: 'TCP', port: ADMIN_PORT }],
        },
      ],
      ...(isClosed ? { egress: egressRules(plan) } : {}),
    },
  };
}

/**
 * Keeps everybody but the proxy, the Teamwork Cloud pods themselves and who else needs it away from their unencrypted client port; null where that is
 * not wanted. All other ports are let through, as selecting a pod closes them.
 */
export function renderNodePolicy({ proxy }: Plan): NetworkPolicy | null {
  const pods = proxy.spec.teamworkCloud?.protectedPods;
  if (pods === undefined) return null;
  const port = NATIVE_PORTS.clientCleartext;
  const selectors = [selectorLabels(proxy), pods.labels, ...pods.allowed.map(({ labels }) => labels)];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: ownedMetadata(proxy, objectNames.nodePolicy(proxy.metadata.name)),
    spec: {
      podSelector: { matchLabels: { ...pods.labels } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: selectors.map((labels) => ({ podSelector: { matchLabels: { ...labels } } })),
          ports: [{ protocol: 'TCP', port }],
        },
        {
          ports: [
            { protocol: 'TCP', port: 1, endPort: port - 1 },
            { protocol: 'TCP', port: port + 1, endPort: 65_535 },
            { protocol: 'UDP', port: 1, endPort: 65_535 },
          ],
        },
      ],
    },
  };
}

function flowRule(plan: Plan, flow: Plan['flows'][number]): IngressRule {
  const { externalTrafficPolicy } = loadBalancerOf(plan, flow);
  const peers = peerRanges(plan, flow);
  const ports = [{ protocol: 'TCP', port: flow.listenerPort }];
  // With Cluster the pods see a node's address instead of the client's, so only the Service can hold the ranges.
  if (peers === undefined || externalTrafficPolicy === 'Cluster') return { ports };
  return { from: peers.map((cidr) => ({ ipBlock: { cidr } })), ports };
}

function adminPeers({ adminNamespaces }: NetworkPolicySpec, operatorNamespace: string | undefined): Peer[] {
  if (adminNamespaces.length === 0) return [{ namespaceSelector: {} }];
  const operator = operatorNamespace === undefined ? [] : [operatorNamespace];
  return [...new Set([...operator, ...adminNamespaces])].map(namespacePeer);
}

/** The label that Kubernetes itself gives every namespace. */
function namespacePeer(name: string): Peer {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}

/** DNS servers listen on 53, in OpenShift on 5353 behind it; where they are differs from cluster to cluster. */
const DNS_PORTS = [53, 5353].flatMap((port) => [
  { protocol: 'UDP', port },
  { protocol: 'TCP', port },
]);

function egressRules(plan: Plan): EgressRule[] {
  const { egressRanges } = plan.proxy.spec.networkPolicy;
  const rules = [
    ...plan.backends.flatMap((backend) => backendRules(backend, plan, egressRanges)),
    ...plan.flows
      .flatMap(({ frontend }) => forwardsOf(frontend))
      .flatMap((placed) => forwardRules(placed, egressRanges)),
  ];
  const distinct = new Map(rules.map((rule) => [JSON.stringify(rule), rule]));
  return [{ ports: DNS_PORTS }, ...distinct.values()];
}

function backendRules(
  { spec, servers }: PlannedBackend,
  { proxy }: Plan,
  ranges: readonly string[],
): readonly EgressRule[] {
  // What port the pods behind a Service listen on is not known here.
  if (spec.service !== undefined)
    return [{ to: [namespacePeer(spec.service.namespace ?? proxy.metadata.namespace)] }];
  return servers.map(({ host, port }) => ({ ...peersOf(host, ranges), ports: [{ protocol: 'TCP', port }] }));
}

function forwardRules({ forward }: PlacedForward, ranges: readonly string[]): readonly EgressRule[] {
  return forward.allowedHosts
    .flatMap((text) => readApprovedHost(text) ?? [])
    .map(({ host, port }) => ({
      ...peersOf(host, ranges),
      ports: [
        port === 'Any'
          ? { protocol: 'TCP' }
          : { protocol: 'TCP', port: port === 'Default' ? defaultPort(forward) : port },
      ],
    }));
}

function peersOf(host: string, ranges: readonly string[]): Pick<EgressRule, 'to'> {
  const cidrs = isIP(host) === 0 ? ranges : [`${host}/${isIP(host) === 4 ? 32 : 128}`];
  return { to: cidrs.map((cidr) => ({ ipBlock: { cidr } })) };
}
