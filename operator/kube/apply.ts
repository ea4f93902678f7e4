import type { KubeClient } from './client/kube-client.ts';
import { findDrift } from './drift.ts';
import { controllerOf, describeObject, keyOf } from './objects.ts';
import type { Resource } from './resources.ts';
import type { KubernetesObject } from './types.ts';

export interface Applier {
  readonly client: KubeClient;
  readonly fieldManager: string;
}

/** What became of an apply. */
export type ApplyOutcome<T> =
  | { readonly outcome: 'Unchanged'; readonly object: T }
  | { readonly outcome: 'Created'; readonly object: T }
  /** `drift` says what made it necessary. */
  | { readonly outcome: 'Changed'; readonly object: T; readonly drift: string }
  /** It is being deleted; once it is gone it can be created again. */
  | { readonly outcome: 'Terminating'; readonly object: T }
  /** The name belongs to an object that somebody else looks after; it was left alone. */
  | { readonly outcome: 'Foreign'; readonly object: T; readonly message: string };

/**
 * Makes the cluster have `desired`, which has to name its controller in `ownerReferences`, and writes only if that changes anything.
 *
 * An object of that name that has another controller, or none, is not touched. Between that check and the creation of an object that was
 * not there, somebody else can create it; the API has no way to apply only if there is nothing.
 *
 * @param live the object as a cache has it; when it has none, the server is asked, because a cache may be limited to our own objects
 */
export async function applyIfChanged<T extends KubernetesObject>(
  applier: Applier,
  resource: Resource<T>,
  desired: T,
  live: T | undefined,
): Promise<ApplyOutcome<T>> {
  const found = live ?? (await applier.client.get(resource, keyOf(desired)));
  return applyOver(applier, resource, desired, found);
}

/**
 * The same for whoever has asked the server.
 *
 * @param found the object as it is; undefined if there is none
 */
export async function applyOver<T extends KubernetesObject>(
  { client, fieldManager }: Applier,
  resource: Resource<T>,
  desired: T,
  found: T | undefined,
): Promise<ApplyOutcome<T>> {
  const owner = controllerOf(desired);
  if (owner === undefined) {
    throw new Error(`${describeObject(desired)} names no controller; give it an owner reference.`);
  }
  if (found === undefined) {
    return { outcome: 'Created', object: await client.apply(resource, desired, { fieldManager }) };
  }
  if (controllerOf(found)?.uid !== owner.uid) {
    return { outcome: 'Foreign', object: found, message: describeForeign(found) };
  }
  if (found.metadata?.deletionTimestamp !== undefined) return { outcome: 'Terminating', object: found };
  const drift = findDrift(desired, found, fieldManager);
  if (drift === undefined) return { outcome: 'Unchanged', object: found };
  // With the uid, the server refuses when the object was replaced by another one meanwhile.
  const { uid } = found.metadata ?? {};
  const metadata = { ...desired.metadata, ...(uid === undefined ? {} : { uid }) };
  const object = await client.apply(resource, { ...desired, metadata }, { fieldManager });
  return { outcome: 'Changed', object, drift };
}

function describeForeign(object: KubernetesObject): string {
  const controller = controllerOf(object);
  const whose =
    controller === undefined ? 'no controller' : `the controller ${controller.kind} ${controller.name}`;
  return `${describeObject(object)} exists already and has ${whose}; delete or rename it`;
}
