import type { TeamworkProxy } from '../../api/resource.ts';
import type { NetworkPolicy, PodDisruptionBudget, ServiceAccount } from '../../kube/types.ts';
import type { Plan } from '../plan/types.ts';
import { ADMIN_PORT } from './deployment.ts';
import { objectNames, ownedMetadata, selectorLabels } from './metadata.ts';
import { loadBalancerOf, peerRanges } from './service.ts';

/** The pods' ServiceAccount: it is bound to nothing, as the proxy never talks to Kubernetes. */
export function renderServiceAccount(proxy: TeamworkProxy): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: ownedMetadata(proxy, objectNames.workload(proxy.metadata.name)),
    automountServiceAccountToken: false,
  };
}

/** Lets a node be drained, one proxy pod after the other. */
export function renderPodDisruptionBudget(proxy: TeamworkProxy): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: ownedMetadata(proxy, objectNames.workload(proxy.metadata.name)),
    spec: { maxUnavailable: 1, selector: { matchLabels: { ...selectorLabels(proxy) } } },
  };
}

type IngressRule = NonNullable<NonNullable<NetworkPolicy['spec']>['ingress']>[number];

/** Lets clients in to the flows, the operator and metrics collectors of the cluster in to the admin port, and nobody else. */
export function renderNetworkPolicy(plan: Plan): NetworkPolicy {
  const { proxy } = plan;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: ownedMetadata(proxy, objectNames.workload(proxy.metadata.name)),
    spec: {
      podSelector: { matchLabels: { ...selectorLabels(proxy) } },
      policyTypes: ['Ingress'],
      ingress: [
        ...plan.flows.map((flow) => flowRule(plan, flow)),
        { from: [{ namespaceSelector: {} }], ports: [{ protocol: 'TCP', port: ADMIN_PORT }] },
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
