import { abortable, withTimeLimit } from '../abort.ts';
import { type Clock, sleep } from '../clock.ts';
import { keyOf } from '../objects.ts';
import { type Resource, apiVersionOf } from '../resources.ts';
import type { KubernetesObject, ObjectKey, ObjectList } from '../types.ts';
import { ApiError, isNotFound } from './errors.ts';
import { readFrames } from './frames.ts';
import type {
  ApplyOptions,
  DeleteOptions,
  KubeClient,
  ListOptions,
  MergePatch,
  ReadOptions,
  RequestOptions,
  Selection,
  WatchEvent,
  WatchOptions,
} from './kube-client.ts';
import { collectionPath, objectPath, statusPath } from './paths.ts';
import { errorOfFrame, readError, readText } from './status.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

/** How long a request other than a watch may take, in milliseconds, each repetition anew. */
const REQUEST_TIMEOUT = 30_000;

/** How often a request is sent in all when the server asks for patience, as client-go does. */
const MAX_ATTEMPTS = 10;

/** The longest that a request waits because the server asks for patience, in milliseconds; the caller is told of more. */
const MAX_PATIENCE = 30_000;

/** Called with the outcome of every request: an HTTP status, or `<error>` when there was no answer. */
export type RequestObserver = (request: {
  readonly code: string;
  readonly method: string;
  readonly host: string;
}) => void;

export interface RestClientOptions {
  readonly transport: Transport;
  /** `name/version`; the server takes the name for the field manager of a write that names none. */
  readonly userAgent: string;
  readonly clock: Clock;
  readonly observe?: RequestObserver;
}

/** What is sent, but for what all requests have. */
type Call = Pick<TransportRequest, 'method' | 'path'> & {
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
};

/** What a client was bound to by `withSignal`. */
interface Binding {
  readonly signals: readonly AbortSignal[];
  readonly check: () => void;
}

/** A client for the API server that `transport` leads to. */
export function createRestClient(options: RestClientOptions): KubeClient {
  return new RestClient(options, { signals: [], check: () => {} });
}

class RestClient implements KubeClient {
  readonly #options: RestClientOptions;
  readonly #signals: readonly AbortSignal[];
  readonly #check: () => void;

  constructor(options: RestClientOptions, { signals, check }: Binding) {
    this.#options = options;
    this.#signals = signals;
    this.#check = check;
  }

  withSignal(signal: AbortSignal, check: () => void = () => {}): KubeClient {
    return new RestClient(this.#options, {
      signals: [...this.#signals, signal],
      check: () => {
        this.#check();
        check();
      },
    });
  }

  async get<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    { metadataOnly, signal }: ReadOptions = {},
  ): Promise<T | undefined> {
    const accept = acceptOf('PartialObjectMetadata', metadataOnly);
    try {
      return await this.#json<T>({ method: 'GET', path: objectPath(resource, key), accept, signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list<T extends KubernetesObject>(
    resource: Resource<T>,
    options: ListOptions = {},
  ): Promise<ObjectList<T>> {
    const { limit, continue: token, metadataOnly, signal } = options;
    const path = collectionPath(resource, options.namespace, {
      ...selectors(options),
      limit,
      continue: token,
    });
    const accept = acceptOf('PartialObjectMetadataList', metadataOnly);
    const list = await this.#json<ObjectList<T>>({ method: 'GET', path, accept, signal });
    // In a list the server leaves out what is the same for all items.
    const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
    // An empty list of metadata has null for its items.
    const items: readonly T[] | null = list.items;
    return { ...list, items: (items ?? []).map((item) => ({ ...type, ...item })) };
  }

  async *watch<T extends KubernetesObject>(
    resource: Resource<T>,
    options: WatchOptions,
  ): AsyncGenerator<WatchEvent<T>> {
    const { resourceVersion, timeoutSeconds, metadataOnly } = options;
    const path = collectionPath(resource, options.namespace, {
      ...selectors(options),
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion,
      timeoutSeconds,
    });
    const accept = acceptOf('PartialObjectMetadata', metadataOnly);
    const task = abortable(...this.#signals, options.signal);
    try {
      const response = await this.#attempt({ method: 'GET', path, accept }, task.signal);
      if (response.status >= 400) throw await readError(response, `GET ${path}`);
      for await (const frame of readFrames(response.body)) {
        task.signal.throwIfAborted();
        const event = frame as WatchEvent<T> | { readonly type: 'ERROR'; readonly object: unknown };
        if (event.type === 'ERROR') throw errorOfFrame(event.object, `GET ${path}`);
        yield event;
      }
      task.signal.throwIfAborted();
    } catch (error) {
      task.signal.throwIfAborted();
      throw error;
    } finally {
      task.release();
    }
  }

  async create<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    { signal }: RequestOptions = {},
  ): Promise<T> {
    const path = collectionPath(resource, object.metadata?.namespace);
    return this.#json<T>({ method: 'POST', path, body: object, signal });
  }

  async replace<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    { signal }: RequestOptions = {},
  ): Promise<T> {
    return this.#json<T>({ method: 'PUT', path: objectPath(resource, keyOf(object)), body: object, signal });
  }

  async apply<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    { fieldManager, signal }: ApplyOptions,
  ): Promise<T> {
    const path = objectPath(resource, keyOf(object), { fieldManager, force: true });
    return this.#apply({ path, object, signal });
  }

  async applyStatus<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    { fieldManager, signal }: ApplyOptions,
  ): Promise<T> {
    const path = statusPath(resource, keyOf(object), { fieldManager, force: true });
    return this.#apply({ path, object, signal });
  }

  async patch<T extends KubernetesObject>(
    resource: Resource<T>,
    key: ObjectKey,
    change: MergePatch,
    { signal }: RequestOptions = {},
  ): Promise<T> {
    return this.#json<T>({
      method: 'PATCH',
      path: objectPath(resource, key),
      contentType: 'application/merge-patch+json',
      body: change,
      signal,
    });
  }

  async delete(
    resource: Resource,
    key: ObjectKey,
    { uid, propagation, signal }: DeleteOptions,
  ): Promise<void> {
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid },
      ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    };
    try {
      await this.#json({ method: 'DELETE', path: objectPath(resource, key), body, signal });
    } catch (error) {
      if (!isNotFound(error) && !isOtherUid(error)) throw error;
    }
  }

  async #apply<T extends KubernetesObject>(apply: {
    readonly path: string;
    readonly object: T;
    readonly signal: AbortSignal | undefined;
  }): Promise<T> {
    return this.#json<T>({
      method: 'PATCH',
      path: apply.path,
      // JSON is YAML.
      contentType: 'application/apply-patch+yaml',
      body: apply.object,
      signal: apply.signal,
    });
  }

  /** Sends a request until it is answered with something else than "later", and reads the answer. */
  async #json<T>(call: Call): Promise<T> {
    const { clock } = this.#options;
    const request = `${call.method} ${call.path}`;
    const limit = {
      clock,
      ms: REQUEST_TIMEOUT,
      reason: `${request}: no answer within ${REQUEST_TIMEOUT} ms`,
    };
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await withTimeLimit(limit, [...this.#signals, call.signal], async (signal) => {
        try {
          const response = await this.#attempt(call, signal);
          if (response.status >= 400) return await readError(response, request);
          return { value: JSON.parse(await readText(response.body)) as T };
        } catch (error) {
          signal.throwIfAborted();
          throw error;
        }
      });
      if (!(outcome instanceof ApiError)) return outcome.value;
      const patience = patienceAskedFor(outcome);
      if (patience === undefined || attempt === MAX_ATTEMPTS) throw outcome;
      await this.#wait(patience, call.signal);
    }
  }

  async #wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const task = abortable(...this.#signals, signal);
    await sleep(this.#options.clock, ms, task.signal);
    task.release();
    task.signal.throwIfAborted();
  }

  async #attempt(call: Call, signal: AbortSignal): Promise<TransportResponse> {
    const { transport, userAgent, observe } = this.#options;
    const { method, path, accept = 'application/json', contentType = 'application/json', body } = call;
    const seen = (code: string) => observe?.({ code, method, host: transport.host });
    this.#check();
    try {
      const response = await transport.send({
        method,
        path,
        headers: {
          accept,
          'user-agent': userAgent,
          ...(body === undefined ? {} : { 'content-type': contentType }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
        beforeSending: this.#check,
      });
      seen(String(response.status));
      return response;
    } catch (error) {
      seen('<error>');
      throw error;
    }
  }
}

function selectors({ labelSelector, fieldSelector }: Selection) {
  return { labelSelector, fieldSelector };
}

function acceptOf(kind: string, metadataOnly = false): string {
  return metadataOnly ? `application/json;as=${kind};g=meta.k8s.io;v=v1` : 'application/json';
}

function patienceAskedFor({ status, retryAfterMs }: ApiError): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  return retryAfterMs !== undefined && retryAfterMs <= MAX_PATIENCE ? retryAfterMs : undefined;
}

/** Whether a deletion was refused because the name belongs to another object by now; the server has no reason of its own for that, and two wordings. */
function isOtherUid(error: unknown): boolean {
  return (
    error instanceof ApiError && error.status === 409 && /UID in (?:the )?precondition/.test(error.message)
  );
}
