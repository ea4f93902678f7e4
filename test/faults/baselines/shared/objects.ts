import { KIND } from '../../../../operator/api/resource.ts';
import type { TeamworkProxy } from '../../../../operator/api/resource.ts';
import { PODS } from '../../../../operator/kube/resources.ts';
import type { KubernetesObject, Pod } from '../../../../operator/kube/types.ts';
import { referencedSecrets } from '../../../../operator/reconcile/gather.ts';
import { OWNED_KINDS } from '../../../../operator/reconcile/kinds.ts';
import { INSTANCE_LABEL } from '../../../../operator/reconcile/render/metadata.ts';

/** A kind that is watched, as clients name it. */
export interface WatchedKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
}

/** All that is watched beside the resource itself. */
export const WATCHED: readonly WatchedKind[] = [...OWNED_KINDS, PODS];

export function apiVersionOf({ group, version }: WatchedKind): string {
  return group === '' ? version : `${group}/${version}`;
}

export function isOwnedBy({ metadata }: KubernetesObject, proxy: TeamworkProxy): boolean {
  return (metadata?.ownerReferences ?? []).some(({ uid }) => uid === proxy.metadata.uid);
}

export function isPodOf({ metadata }: Pod, proxy: TeamworkProxy): boolean {
  return (
    metadata?.labels?.[INSTANCE_LABEL] === proxy.metadata.name && metadata.deletionTimestamp === undefined
  );
}

/** Names of the resources that a change of another object matters to. */
export function namesOf(object: KubernetesObject, proxies: readonly TeamworkProxy[]): readonly string[] {
  const owners = (object.metadata?.ownerReferences ?? []).filter(({ kind }) => kind === KIND);
  const instance = object.kind === 'Pod' ? object.metadata?.labels?.[INSTANCE_LABEL] : undefined;
  const users = object.kind === 'Secret' ? proxies.filter((proxy) => refersTo(proxy, object)) : [];
  const names = [...owners.map(({ name }) => name), ...users.map(({ metadata }) => metadata.name)];
  return [...new Set(instance === undefined ? names : [...names, instance])];
}

function refersTo(proxy: TeamworkProxy, { metadata }: KubernetesObject): boolean {
  return referencedSecrets(proxy).includes(metadata?.name ?? '');
}
