import { type Clock, type Random, systemClock } from './clock.ts';
import type { KubeClient, Selection } from './client/kube-client.ts';
import type { Logger } from './log.ts';
import { Reflector } from './reflector.ts';
import type { Resource } from './resources.ts';
import { type Indexer, Store, type StoreOptions } from './store.ts';
import type { KubernetesObject } from './types.ts';

export interface InformerOptions<T extends KubernetesObject> extends Omit<Selection, 'namespace'> {
  readonly client: Pick<KubeClient, 'list' | 'watch'>;
  readonly resource: Resource<T>;
  /** Namespaces to look at; all of the cluster if there is none. */
  readonly namespaces?: readonly string[];
  /** Whether to keep the metadata alone. */
  readonly metadataOnly?: boolean;
  readonly indexers?: Readonly<Record<string, Indexer<T>>>;
  readonly transform?: StoreOptions<T>['transform'];
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A store that is kept like the API server. */
export interface Informer<T extends KubernetesObject> {
  readonly store: Store<T>;
  /** True once the store has been filled and all handlers were told; false if the informer is stopped before that. */
  readonly hasSynced: Promise<boolean>;
  /** Register handlers before that. */
  start(): void;
  /** Resolves when no request and no timer is left. */
  stop(): Promise<void>;
}

export function createInformer<T extends KubernetesObject>(options: InformerOptions<T>): Informer<T> {
  const {
    namespaces = [],
    indexers = {},
    transform = (object) => object,
    log,
    clock = systemClock,
    random = Math.random,
    ...rest
  } = options;
  const store = new Store<T>({ log, indexers, transform });
  const scopes = namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));
  const reflectors = scopes.map((scope) => new Reflector({ ...rest, ...scope, store, log, clock, random }));
  return {
    store,
    hasSynced: Promise.all(reflectors.map(({ hasSynced }) => hasSynced)).then((all) => all.every(Boolean)),
    start() {
      for (const reflector of reflectors) reflector.start();
    },
    async stop() {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
    },
  };
}
