import { type Abortable, abortable } from './abort.ts';
import { backOff } from './back-off.ts';
import { ApiError } from './client/errors.ts';
import type { KubeClient, Selection, WatchEvent } from './client/kube-client.ts';
import { listAll } from './client/pager.ts';
import { type Clock, type Random, sleep } from './clock.ts';
import type { Logger } from './log.ts';
import type { Resource } from './resources.ts';
import type { Store } from './store.ts';
import type { KubernetesObject } from './types.ts';

/** How long the server is to hold a watch, in seconds: from this to twice this, so that not all watches end at once. */
const WATCH_SECONDS = 300;

/** Bookmarks come once a minute; a connection that is silent for longer than this, in milliseconds, is taken for dead. */
const SILENCE = 180_000;

/** A watch that ended sooner than this, in milliseconds, and brought nothing, counts as a failure, so that it is not repeated in a tight loop. */
const SHORT_WATCH = 1000;

/** After this, in milliseconds, everything is listed again, so that an event lost on the way is made good. */
const RELIST_INTERVAL = 1_800_000;

/** Pauses after failures, in milliseconds, as client-go's reflector has them. */
const PAUSES = { baseMs: 800, maxMs: 30_000 };

export interface ReflectorOptions<T extends KubernetesObject> extends Selection {
  readonly client: Pick<KubeClient, 'list' | 'watch'>;
  readonly resource: Resource<T>;
  /** What is kept up to date. With `namespace` it may hold objects of other namespaces too; those are left alone. */
  readonly store: Store<T>;
  readonly metadataOnly?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Keeps a store like the API server: lists once, then watches from there on. A watch that ends is taken up where it was; only when that
 * history is gone, or in long intervals, everything is listed again, and what changed meanwhile is found by comparison.
 *
 * Lists are consistent reads: none can show an older state than one before it, whichever API server answers.
 */
export class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #stopping = new AbortController();
  readonly #synced = Promise.withResolvers<boolean>();
  /** Up to where the store is like the server; undefined when it must be listed. */
  #version: string | undefined;
  #listedAt = 0;
  /** Failures in a row, without a watch in between that was of use. */
  #failures = 0;
  /** How long the server wanted to be left alone when it refused last, in milliseconds. */
  #patience = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ReflectorOptions<T>) {
    this.#options = { ...options, log: options.log.child({ resource: options.resource.plural }) };
  }

  /** True once the store has been filled; false if the reflector is stopped before that. */
  get hasSynced(): Promise<boolean> {
    return this.#synced.promise;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when no request and no timer is left. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The reflector is stopping'));
    this.#synced.resolve(false);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#listAndWatch();
      if (this.#failures === 0) continue;
      const pause = Math.max(backOff(this.#failures, { ...PAUSES, random }), this.#patience);
      await sleep(clock, pause, signal);
    }
  }

  /** Lists if need be, and watches until that ends. */
  async #listAndWatch(): Promise<void> {
    try {
      if (this.#mustList()) await this.#list();
      await this.#watch();
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      if (historyIsOfNoUse(error)) this.#version = undefined;
      this.#failures += 1;
      this.#patience = (error instanceof ApiError ? error.retryAfterMs : undefined) ?? 0;
      this.#options.log.warn(
        { err: error, failures: this.#failures, relist: this.#version === undefined },
        'Watching was interrupted',
      );
    }
  }

  #mustList(): boolean {
    return this.#version === undefined || this.#options.clock.monotonic() - this.#listedAt >= RELIST_INTERVAL;
  }

  async #list(): Promise<void> {
    const { client, resource, store, namespace, clock } = this.#options;
    const { items, metadata } = await listAll(client, resource, {
      ...this.#selection(),
      signal: this.#stopping.signal,
    });
    if (this.#stopping.signal.aborted) return;
    store.replace(items, namespace);
    this.#version = metadata.resourceVersion;
    this.#listedAt = clock.monotonic();
    this.#synced.resolve(true);
  }

  async #watch(): Promise<void> {
    const { client, resource, clock, random } = this.#options;
    const watch = abortable(this.#stopping.signal);
    const guard = silenceGuard(clock, watch);
    const began = clock.monotonic();
    const wasShort = () => clock.monotonic() - began < SHORT_WATCH;
    let events = 0;
    try {
      const changes = client.watch(resource, {
        ...this.#selection(),
        resourceVersion: this.#version ?? '',
        timeoutSeconds: Math.round(WATCH_SECONDS * (1 + random())),
        signal: watch.signal,
      });
      for await (const change of changes) {
        guard.heard();
        events += 1;
        this.#take(change);
      }
    } finally {
      guard.stop();
      watch.release();
      if (events > 0 || !wasShort()) this.#failures = 0;
    }
    if (events === 0 && wasShort()) throw new Error('The server ended the watch as soon as it had begun');
  }

  #take({ type, object }: WatchEvent<T>): void {
    const version = object.metadata?.resourceVersion;
    if (version === undefined) throw new Error('The watch brought something that has no resourceVersion');
    const { store } = this.#options;
    if (type === 'DELETED') store.remove(object);
    else if (type !== 'BOOKMARK') store.put(object);
    this.#version = version;
  }

  #selection() {
    const { namespace, labelSelector, fieldSelector, metadataOnly = false } = this.#options;
    return {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      metadataOnly,
    };
  }
}

/** Whether the server refused to go on from where the watch was. When it is only overloaded or away, the history is still good. */
function historyIsOfNoUse(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

/** Calls a watch off when it has been silent for too long. */
function silenceGuard(clock: Clock, watch: Abortable): { heard(): void; stop(): void } {
  const arm = () =>
    clock.after(SILENCE, () => watch.abort(new Error(`The watch was silent for ${SILENCE} ms`)));
  let cancel = arm();
  return {
    heard() {
      cancel();
      cancel = arm();
    },
    stop: () => cancel(),
  };
}
