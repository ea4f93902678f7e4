/**
 * Kubernetes' types as they are on the wire. They come from `@kubernetes/client-node`, which only this folder may import, with these
 * changes: times are strings, because nothing here converts them; all is read-only, because what a cache holds is shared.
 */
import type {
  EventsV1Event,
  V1ConfigMap,
  V1Deployment,
  V1Lease,
  V1ListMeta,
  V1ManagedFieldsEntry,
  V1Namespace,
  V1NetworkPolicy,
  V1ObjectMeta,
  V1ObjectReference,
  V1OwnerReference,
  V1Pod,
  V1PodDisruptionBudget,
  V1Secret,
  V1Service,
  V1ServiceAccount,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';

type Wire<T> = unknown extends T
  ? T
  : T extends Date
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : T extends object
        ? { readonly [Key in keyof T as WireName<Key>]: Wire<T[Key]> }
        : T;

/** Where a field's name is a word of the language, the generated types put an underscore before it. */
type WireName<Key> = Key extends `_${infer Name}` ? Name : Key;

export type ObjectMeta = Wire<V1ObjectMeta>;
export type ListMeta = Wire<V1ListMeta>;
export type OwnerReference = Wire<V1OwnerReference>;
export type ObjectReference = Wire<V1ObjectReference>;
export type ManagedFieldsEntry = Wire<V1ManagedFieldsEntry>;

export type ConfigMap = Wire<V1ConfigMap>;
export type Deployment = Wire<V1Deployment>;
export type Event = Wire<EventsV1Event>;
export type HorizontalPodAutoscaler = Wire<V2HorizontalPodAutoscaler>;
export type Lease = Wire<V1Lease>;
export type Namespace = Wire<V1Namespace>;
export type NetworkPolicy = Wire<V1NetworkPolicy>;
export type Pod = Wire<V1Pod>;
export type PodDisruptionBudget = Wire<V1PodDisruptionBudget>;
export type Secret = Wire<V1Secret>;
export type Service = Wire<V1Service>;
export type ServiceAccount = Wire<V1ServiceAccount>;

/** What every Kubernetes object has. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
}

/** A list as the API server answers with it. */
export interface ObjectList<T extends KubernetesObject> {
  readonly metadata: ListMeta;
  readonly items: readonly T[];
}

/** What names an object of a given resource; the namespace is left out for one that has none. */
export interface ObjectKey {
  readonly namespace?: string;
  readonly name: string;
}

/** A condition as `metav1.Condition` defines it. */
export interface Condition {
  /** PascalCase. */
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** The `metadata.generation` that this was found out for. */
  readonly observedGeneration?: number;
  /** When `status` changed last, RFC 3339. */
  readonly lastTransitionTime: string;
  /** One CamelCase word. */
  readonly reason: string;
  readonly message: string;
}
