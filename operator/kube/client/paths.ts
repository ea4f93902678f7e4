import type { Resource } from '../resources.ts';
import type { ObjectKey } from '../types.ts';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Path of all objects of a resource, in one namespace or, where that is left out, in all. */
export function collectionPath(resource: Resource, namespace: string | undefined, query: Query = {}): string {
  const { group, version, plural } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${plural}${queryString(query)}`;
}

/** Path of one object. */
export function objectPath(resource: Resource, key: ObjectKey, query: Query = {}): string {
  return `${collectionPath(resource, key.namespace)}/${encodeURIComponent(key.name)}${queryString(query)}`;
}

/** Path of the status subresource of one object. */
export function statusPath(resource: Resource, key: ObjectKey, query: Query = {}): string {
  return `${objectPath(resource, key)}/status${queryString(query)}`;
}

function queryString(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}
