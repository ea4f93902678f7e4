import type { KubernetesObject } from '../../kube/types.ts';
import type { Plan } from '../plan/types.ts';
import { renderAutoscaler } from './autoscaler.ts';
import { renderClientTrust, renderConfigMap, renderTlsSecret } from './data.ts';
import { renderDeployment } from './deployment.ts';
import { renderNetworkPolicy, renderNodePolicy } from './network-policy.ts';
import { renderServerSettings } from './server-settings.ts';
import { renderService } from './service.ts';
import { renderPodDisruptionBudget, renderServiceAccount } from './workload.ts';

/** Everything that a plan becomes in the cluster, in the order in which it is applied. */
export interface Rendered {
  /**
   * Files before what mounts them; the Secret before the configuration that names its digests. Services before the pods, so that a load balancer looks for addresses
   * while those start, and so that no Service has to wait for an API server that is busy with making pods.
   */
  readonly objects: readonly KubernetesObject[];
  /** Hash of the configuration that the pods are to serve. */
  readonly configHash: string;
}

/** What the operator knows and no resource says. */
export interface RenderSettings {
  /** Image of proxy pods whose resource names none. */
  readonly image: string;
  /** Where the operator itself runs; undefined where none does. */
  readonly operatorNamespace?: string;
}

/** Renders a plan into whole Kubernetes objects. Pure: what exists in the cluster is not looked at. */
export function render(plan: Plan, { image, operatorNamespace }: RenderSettings): Rendered {
  const { proxy } = plan;
  const config = renderConfigMap(plan);
  const forPeople = [renderClientTrust(plan), renderServerSettings(plan)].filter((object) => object !== null);
  const policies = [renderNetworkPolicy(plan, operatorNamespace), renderNodePolicy(plan)].filter(
    (object) => object !== null,
  );
  const autoscaler = [renderAutoscaler(proxy)].filter((object) => object !== null);
  return {
    configHash: config.hash,
    objects: [
      renderServiceAccount(proxy),
      renderTlsSecret(plan),
      config.object,
      ...forPeople,
      ...policies,
      renderPodDisruptionBudget(proxy),
      ...plan.flows.map((flow) => renderService(plan, flow)),
      renderDeployment(proxy, image),
      ...autoscaler,
    ],
  };
}
