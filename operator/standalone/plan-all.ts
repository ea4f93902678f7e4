import { plan } from '../reconcile/plan/plan.ts';
import type { PemPair, Plan } from '../reconcile/plan/types.ts';
import { secretsIn } from './manifests/load.ts';
import type { LoadedManifests } from './manifests/load.ts';

/** A TeamworkProxy with its plan; `id` is `namespace/name`. */
export interface PlannedProxy {
  readonly id: string;
  readonly plan: Plan;
}

/** What proxies have had last, by the id of the TeamworkProxy and the name of the certificate or of the authorities. */
export type LastGood = ReadonlyMap<string, ReadonlyMap<string, PemPair>>;

/** Plans every TeamworkProxy of the manifests; with `uid` in place of what the API server would give them, if it is given. */
export function planAll(
  manifests: LoadedManifests,
  lastGood: LastGood,
  uid?: string,
): readonly PlannedProxy[] {
  return manifests.proxies.map(({ metadata, ...resource }) => {
    const { namespace, name } = metadata;
    const proxy = { ...resource, metadata: uid === undefined ? metadata : { ...metadata, uid } };
    const id = `${namespace}/${name}`;
    const input = {
      proxy,
      secrets: secretsIn(namespace, manifests),
      lastGood: lastGood.get(id) ?? new Map<string, PemPair>(),
      listenerPorts: new Map<string, number>(),
      addresses: new Map<string, string>(),
    };
    return { id, plan: plan(input) };
  });
}

/** Why the plans can't be carried out, one line each. */
export function refusalLines(planned: readonly PlannedProxy[]): readonly string[] {
  return planned.flatMap(({ id, plan }) =>
    plan.refusals.map(({ path, message }) => `TeamworkProxy ${id}: ${path}: ${message}`),
  );
}
