import type { KubernetesObject } from '../../kube/types.ts';
import type { Plan } from '../plan/types.ts';
import { renderAutoscaler } from './autoscaler.ts';
import { renderClientTrust, renderConfigMap, renderTlsSecret } from './data.ts';
import { renderDeployment } from './deployment.ts';
import { renderServerSettings } from './server-settings.ts';
import { renderService } from './service.ts';
import { renderNetworkPolicy, renderPodDisruptionBudget, renderServiceAccount } from './workload.ts';

/** Everything that a plan becomes in the cluster, in the order in which it is applied. */
export interface Rendered {
  /** Files before what mounts them; the Secret before the configuration that names its digests. */
  readonly objects: readonly KubernetesObject[];
  /** Hash of the configuration that the pods are to serve. */
  readonly configHash: string;
}

/** Renders a plan into whole Kubernetes objects. Pure: what exists in the cluster is not looked at. */
export function render(plan: Plan, defaultImage: string): Rendered {
  const { proxy } = plan;
  const config = renderConfigMap(plan);
  const forPeople = [renderClientTrust(plan), renderServerSettings(plan)].filter((object) => object !== null);
  const autoscaler = [renderAutoscaler(proxy)].filter((object) => object !== null);
  return {
    configHash: config.hash,
    objects: [
      renderServiceAccount(proxy),
      renderTlsSecret(plan),
      config.object,
      ...forPeople,
      renderNetworkPolicy(plan),
      renderPodDisruptionBudget(proxy),
      renderDeployment(proxy, defaultImage),
      ...autoscaler,
      ...plan.flows.map((flow) => renderService(plan, flow)),
    ],
  };
}
