import type { KubernetesObject, ObjectKey, OwnerReference } from './types.ts';

/** What names an object. */
export function keyOf({ metadata, kind }: KubernetesObject): ObjectKey {
  const { name, namespace } = metadata ?? {};
  if (name === undefined) {
    throw new Error(`An object of kind ${kind ?? 'unknown'} has no metadata.name; set one.`);
  }
  return namespace === undefined ? { name } : { namespace, name };
}

/** The one owner that looks after the object. */
export function controllerOf({ metadata }: KubernetesObject): OwnerReference | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

/** Kind and name, for people. */
export function describeObject(object: KubernetesObject): string {
  return `${object.kind ?? 'object'} ${object.metadata?.name ?? 'without a name'}`;
}
