import type { Resource } from '../resources.ts';
import type { KubernetesObject, ObjectKey, ObjectList } from '../types.ts';

/**
 * Requests to the API server, each with a time limit. A failure is an `ApiError` when the server answered, else the error of the
 * connection. When the server asks for patience (429 or 503 with Retry-After), the request is repeated after that time.
 */
export interface KubeClient {
  /** The object as it is now, or undefined when it does not exist. */
  get<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options?: ReadOptions,
  ): Promise<T | undefined>;

  /** One page of a list; `metadata.continue` of the answer leads to the next. */
  list<T extends KubernetesObject>(resource: Resource<T>, options?: ListOptions): Promise<ObjectList<T>>;

  /**
   * Changes since `resourceVersion`, until the server ends the watch, `signal` fires, or the consumer stops iterating. Throws what the
   * server reports in an ERROR frame as an `ApiError`.
   */
  watch<T extends KubernetesObject>(
    resource: Resource<T>,
    options: WatchOptions,
  ): AsyncIterable<WatchEvent<T>>;

  /** Creates the object; a conflict (`AlreadyExists`) when there is one of that name. */
  create<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: RequestOptions): Promise<T>;

  /** Replaces the object; a conflict when `metadata.resourceVersion` is not the current one. */
  replace<T extends KubernetesObject>(resource: Resource<T>, object: T, options?: RequestOptions): Promise<T>;

  /** Server-side apply, by force: `object` is the whole intent of `fieldManager`. Creates what does not exist. */
  apply<T extends KubernetesObject>(resource: Resource<T>, object: T, options: ApplyOptions): Promise<T>;

  /** Server-side apply, by force, of the status subresource: the whole status that `fieldManager` is responsible for. */
  applyStatus<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    options: ApplyOptions,
  ): Promise<T>;

  /** JSON merge patch (RFC 7386). */
  patch<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    change: MergePatch,
    options?: RequestOptions,
  ): Promise<T>;

  /** Deletes the object if it is still the one with `uid`. That it is gone already, or another one now, is success. */
  delete(resource: Resource, key: ObjectKey, options: DeleteOptions): Promise<void>;

  /**
   * The same client, whose requests are also aborted by `signal`, and which sends none after that.
   *
   * @param check called right before the first byte of a request leaves; what it throws is the request's outcome
   */
  withSignal(signal: AbortSignal, check?: () => void): KubeClient;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends RequestOptions {
  /** Whether to have the metadata alone (`PartialObjectMetadata`), so that for instance no Secret's content is kept in memory. */
  readonly metadataOnly?: boolean;
}

/** Which objects of a resource; all of them if nothing is given. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ListOptions extends ReadOptions, Selection {
  /** Objects per page. */
  readonly limit?: number;
  /** `metadata.continue` of the page before. */
  readonly continue?: string;
}

export interface WatchOptions extends ReadOptions, Selection {
  readonly resourceVersion: string;
  /** After how many seconds the server is to end the watch. */
  readonly timeoutSeconds: number;
}

export interface ApplyOptions extends RequestOptions {
  readonly fieldManager: string;
}

export interface DeleteOptions extends RequestOptions {
  readonly uid: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/** Fields to set; null removes a field. */
export interface MergePatch {
  readonly [field: string]: unknown;
}

/** A change seen by a watch. A BOOKMARK carries nothing but a newer `metadata.resourceVersion`. */
export interface WatchEvent<T extends KubernetesObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}
