import { GROUP, KIND, PLURAL, VERSION } from '../api/resource.ts';
import type { TeamworkProxy } from '../api/resource.ts';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  NETWORK_POLICIES,
  POD_DISRUPTION_BUDGETS,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from '../kube/resources.ts';
import type { Resource } from '../kube/resources.ts';

export const TEAMWORK_PROXIES: Resource<TeamworkProxy> = {
  group: GROUP,
  version: VERSION,
  plural: PLURAL,
  kind: KIND,
  namespaced: true,
};

/** The kinds of objects that a TeamworkProxy becomes. */
export const OWNED_KINDS: readonly Resource[] = [
  CONFIG_MAPS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  NETWORK_POLICIES,
  POD_DISRUPTION_BUDGETS,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
];

/** The resource of an object that a TeamworkProxy becomes. */
export function ownedKind(kind: string | undefined): Resource {
  const resource = OWNED_KINDS.find((candidate) => candidate.kind === kind);
  if (resource === undefined) throw new Error(`a TeamworkProxy never becomes a ${kind}`);
  return resource;
}
