import type { KubernetesObject, ManagedFieldsEntry } from './types.ts';

/** What the server has of the fields that a manager has applied; undefined if it has applied none. Its status is another matter. */
export function appliedBy(
  { metadata }: KubernetesObject,
  fieldManager: string,
): ManagedFieldsEntry | undefined {
  return metadata?.managedFields?.find(
    ({ manager, operation, subresource = '' }) =>
      manager === fieldManager && operation === 'Apply' && subresource === '',
  );
}

/** For a store: the object without what it says of other managers' fields, which of a pod is two thirds of it. */
export function keepFieldsOf(fieldManager: string): <T extends KubernetesObject>(object: T) => T {
  return (object) => {
    if (object.metadata?.managedFields === undefined) return object;
    const { managedFields: _all, ...metadata } = object.metadata;
    const own = appliedBy(object, fieldManager);
    return { ...object, metadata: own === undefined ? metadata : { ...metadata, managedFields: [own] } };
  };
}
