import type {
  ConfigMap,
  Deployment,
  Event,
  HorizontalPodAutoscaler,
  KubernetesObject,
  Lease,
  Namespace,
  NetworkPolicy,
  Pod,
  PodDisruptionBudget,
  Secret,
  Service,
  ServiceAccount,
} from './types.ts';

/** One kind that the API server serves; `T` is the type of its objects. */
export interface Resource<T extends KubernetesObject = KubernetesObject> {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: it ties `T` to the descriptor, so that a request's answer has the right type. */
  readonly objectType?: T;
}

/** The `apiVersion` of a resource's objects. */
export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

export const CONFIG_MAPS: Resource<ConfigMap> = core('ConfigMap', 'configmaps');
export const NAMESPACES: Resource<Namespace> = { ...core('Namespace', 'namespaces'), namespaced: false };
export const PODS: Resource<Pod> = core('Pod', 'pods');
export const SECRETS: Resource<Secret> = core('Secret', 'secrets');
export const SERVICE_ACCOUNTS: Resource<ServiceAccount> = core('ServiceAccount', 'serviceaccounts');
export const SERVICES: Resource<Service> = core('Service', 'services');

export const DEPLOYMENTS: Resource<Deployment> = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
};

export const EVENTS: Resource<Event> = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};

export const HORIZONTAL_POD_AUTOSCALERS: Resource<HorizontalPodAutoscaler> = {
  group: 'autoscaling',
  version: 'v2',
  plural: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespaced: true,
};

export const LEASES: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

export const NETWORK_POLICIES: Resource<NetworkPolicy> = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
};

export const POD_DISRUPTION_BUDGETS: Resource<PodDisruptionBudget> = {
  group: 'policy',
  version: 'v1',
  plural: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
  namespaced: true,
};

const BUILT_IN: readonly Resource[] = [
  CONFIG_MAPS,
  DEPLOYMENTS,
  EVENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  LEASES,
  NAMESPACES,
  NETWORK_POLICIES,
  PODS,
  POD_DISRUPTION_BUDGETS,
  SECRETS,
  SERVICES,
  SERVICE_ACCOUNTS,
];

/**
 * The resource that an object belongs to, for objects of the kinds above.
 *
 * @throws if the object's kind is none of them
 */
export function resourceOf({ apiVersion, kind }: KubernetesObject): Resource {
  const resource = BUILT_IN.find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
  if (resource === undefined) {
    throw new Error(
      `There is no resource for ${apiVersion ?? 'no apiVersion'} ${kind ?? 'and no kind'}; add it to the list.`,
    );
  }
  return resource;
}

function core(kind: string, plural: string): Resource {
  return { group: '', version: 'v1', plural, kind, namespaced: true };
}
