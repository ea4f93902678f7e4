import type { KubeClient } from '../../../operator/kube/client/kube-client.ts';
import { listAll } from '../../../operator/kube/client/pager.ts';
import type { KubernetesObject } from '../../../operator/kube/types.ts';
import { OWNED_KINDS, TEAMWORK_PROXIES } from '../../../operator/reconcile/kinds.ts';
import { PROXY_LABEL } from '../../../operator/reconcile/render/metadata.ts';

/** What an object is like, as far as operators that are compared have to agree. */
export interface Shape {
  /** As JSON, without what the API server keeps of its managers. */
  readonly bytes: number;
  /** Files in it; of a status, the types of its conditions. */
  readonly parts: readonly string[];
}

/** What a resource has become, by kind and what follows its name. */
export type Shapes = Readonly<Record<string, Shape>>;

/** A comparison of work is fair while the objects of one operator are at most this part larger or smaller than those of another. */
const TOLERANCE = 0.25;

/** What the resource of that name has become. */
export async function shapesOf(client: KubeClient, namespace: string, name: string): Promise<Shapes> {
  const lists = await Promise.all(
    OWNED_KINDS.map(async (resource) => {
      const scope = { namespace, labelSelector: `${PROXY_LABEL}=${name}` };
      const { items } = await listAll<KubernetesObject>(client, resource, scope);
      return items.map((object) => {
        const suffix = object.metadata?.name?.slice(name.length);
        return [`${resource.kind} ${suffix}`, shapeOf(object, files(object))] as const;
      });
    }),
  );
  const proxy = await client.get(TEAMWORK_PROXIES, { namespace, name });
  const conditions = proxy?.status?.conditions?.map(({ type }) => type) ?? [];
  return { ...Object.fromEntries(lists.flat()), 'its status': shapeOf(proxy?.status, conditions) };
}

function shapeOf(object: object | undefined, parts: readonly string[]): Shape {
  const text = JSON.stringify(object, (key, value: unknown) => (key === 'managedFields' ? undefined : value));
  return { bytes: text?.length ?? 0, parts: parts.toSorted() };
}

function files(object: KubernetesObject): readonly string[] {
  const { data = {}, binaryData = {} } = object as { data?: object; binaryData?: object };
  return [...Object.keys(data), ...Object.keys(binaryData)];
}

/** In what two operators do not do the same; empty if the comparison is fair. */
export function differences(one: Shapes, other: Shapes): readonly string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return names.flatMap((name) => {
    const [a, b] = [one[name], other[name]];
    if (a === undefined || b === undefined) return [`only one makes ${name}`];
    if (a.parts.join() !== b.parts.join())
      return [`${name} has ${a.parts.join(', ')}, and of the other ${b.parts.join(', ')}`];
    const isAlike = Math.abs(a.bytes - b.bytes) <= TOLERANCE * Math.max(a.bytes, b.bytes);
    return isAlike ? [] : [`${name} has ${a.bytes} bytes, and of the other ${b.bytes}`];
  });
}
