import type { KubernetesObject } from '../../kube/types.ts';
import type { Plan } from '../plan/types.ts';
import { renderAutoscaler } from './autoscaler.ts';
import { renderClientTrust, renderConfigMap, renderTlsSecret } from './data.ts';
import { renderDeployment } from './deployment.ts';
import { renderNetworkPolicy, renderNodePolicy } from './network-policy.ts';
import { renderServerSettings } from './server-settings.ts';
import { loadBalancerOf, renderService } from './service.ts';
import { renderPodDisruptionBudget, renderServiceAccount } from './workload.ts';

/** Everything that a plan becomes in the cluster, in the order in which it is applied. */
export interface Rendered {
  /**
   * Objects that are applied at the same time, those of one turn after those of another. Files, rules for the pods and their account before the pods; the Secret before the
   * configuration that names its digests. Services before the pods, so that a load balancer looks for addresses while those start, and so that no Service has to wait for an API server that is
   * busy with making pods. Those that ask for an address before the others, as a load balancer may give one of these just that.
   */
  readonly turns: readonly (readonly KubernetesObject[])[];
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
  const autoscaler = renderAutoscaler(proxy);
  return {
    configHash: config.hash,
    turns: [
      [renderServiceAccount(proxy), renderTlsSecret(plan)],
      [config.object, ...forPeople, ...policies, renderPodDisruptionBudget(proxy)],
      ...renderServices(plan),
      [renderDeployment(proxy, image)],
      ...(autoscaler === null ? [] : [[autoscaler]]),
    ],
  };
}

/** In one turn as far as may be: none needs another, and the API server takes longer for them than for all the rest, as it gives them addresses and ports. */
function renderServices(plan: Plan): readonly (readonly KubernetesObject[])[] {
  const { asking = [], others = [] } = Object.groupBy(plan.flows, (flow) => {
    const { address, addressName } = loadBalancerOf(plan, flow);
    return address === undefined && addressName === undefined ? 'others' : 'asking';
  });
  return [asking, others]
    .filter((flows) => flows.length > 0)
    .map((flows) => flows.map((flow) => renderService(plan, flow)));
}
