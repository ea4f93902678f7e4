import type { TeamworkProxy } from '../../api/resource.ts';
import type { PodDisruptionBudget, ServiceAccount } from '../../kube/types.ts';
import { objectNames, ownedMetadata, selectorLabels } from './metadata.ts';

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
