import { KIND } from '../api/resource.ts';
import type { TeamworkProxy } from '../api/resource.ts';
import type { KubeClient } from '../kube/client/kube-client.ts';
import type { Clock } from '../kube/clock.ts';
import { createInformer } from '../kube/informer.ts';
import type { Informer } from '../kube/informer.ts';
import type { Logger } from '../kube/log.ts';
import { listAll } from '../kube/client/pager.ts';
import { EVENTS, PODS, SECRETS, SERVICES } from '../kube/resources.ts';
import type { Resource } from '../kube/resources.ts';
import { keepFieldsOf } from '../kube/managed-fields.ts';
import type { Event, KubernetesObject, ObjectKey, Service } from '../kube/types.ts';
import { FIELD_MANAGER } from './apply.ts';
import { createLoadBalancerEvents } from './load-balancer-events.ts';
import { referencedSecrets } from './gather.ts';
import type { ClusterView } from './gather.ts';
import { OWNED_KINDS, TEAMWORK_PROXIES } from './kinds.ts';
import { createSecretReader } from './secret-reader.ts';
import { INSTANCE_LABEL, POD_SELECTOR, PROXY_LABEL } from './render/metadata.ts';

/** What the operator sees of the cluster, and which resources a change is about. */
export interface Cluster extends ClusterView {
  /** The resource as last seen; undefined when it is gone. */
  proxy(key: ObjectKey): TeamworkProxy | undefined;
  /** All resources as last seen. */
  proxies(): readonly TeamworkProxy[];
  /** Calls `enqueue` with the key of each resource that a change may matter to. Register before `start`. */
  onChange(enqueue: (key: ObjectKey) => void): void;
  start(): void;
  /** True once everything has been seen; false if it was stopped before that. */
  readonly hasSynced: Promise<boolean>;
  stop(): Promise<void>;
}

interface ClusterOptions {
  readonly client: KubeClient;
  /** Namespaces to look at; all of them if there is none. */
  readonly namespaces: readonly string[];
  readonly log: Logger;
  readonly clock: Clock;
}

const BY_OWNER = 'owner';
const BY_SECRET = 'secret';
const BY_INSTANCE = 'instance';

/** Watches TeamworkProxies and all that belongs to them; of Secrets only the metadata, so that no key lies in memory that none of them refers to. */
export function watchCluster(options: ClusterOptions): Cluster {
  const { client, clock } = options;
  const common = { ...options, transform: keepFieldsOf(FIELD_MANAGER) };
  const proxies = createInformer({
    ...common,
    resource: TEAMWORK_PROXIES,
    indexers: { [BY_SECRET]: secretPaths },
  });
  const pods = createInformer({
    ...common,
    resource: PODS,
    labelSelector: POD_SELECTOR,
    indexers: { [BY_INSTANCE]: (pod) => [instancePath(pod)] },
  });
  const owned = OWNED_KINDS.map((resource) => ({ resource, informer: watchOwned(resource, common) }));
  const loadBalancerEvents = createLoadBalancerEvents({
    list: (namespace) => listServiceWarnings(namespace, common),
    clock,
    fieldManager: FIELD_MANAGER,
  });
  const informers = [proxies, pods, ...owned.map(({ informer }) => informer)];
  const secretStore = owned.find(({ resource }) => resource === SECRETS)?.informer.store;
  const secrets = createSecretReader({
    get: (key) => client.get(SECRETS, key),
    versionOf: (key) => secretStore?.get(key)?.metadata?.resourceVersion,
  });
  secretStore?.onChange((before, after) => {
    if (after === undefined) secrets.forget({ namespace: '', name: '', ...before?.metadata });
  });

  return {
    secrets,
    loadBalancers: recent(() => listLoadBalancers(common)),
    loadBalancerWarning: (service) => loadBalancerEvents.warningAbout(service),
    ownedBy: ({ metadata }) =>
      owned.flatMap(({ resource, informer }) =>
        // Where only the metadata is kept, the kind is PartialObjectMetadata.
        informer.store.byIndex(BY_OWNER, metadata.uid).map((object) => ({ ...object, kind: resource.kind })),
      ),
    podsOf: ({ metadata }) =>
      pods.store
        .byIndex(BY_INSTANCE, path(metadata.namespace, metadata.name))
        .filter((pod) => pod.metadata?.deletionTimestamp === undefined)
        // In an order that does not come from what a watch has told first, or else a restart would change what is said of them.
        .sort((one, other) => compare(one.metadata?.name ?? '', other.metadata?.name ?? '')),
    proxy: (key) => proxies.store.get(key),
    proxies: () => proxies.store.list(),
    onChange(enqueue) {
      proxies.store.onChange((before, after) => enqueueItself(after ?? before, enqueue));
      pods.store.onChange((before, after) => enqueueInstance(after ?? before, enqueue));
      for (const { resource, informer } of owned) {
        informer.store.onChange((before, after) => {
          const object = after ?? before;
          enqueueOwner(object, enqueue);
          if (resource !== SECRETS) return;
          const users = proxies.store.byIndex(
            BY_SECRET,
            path(object?.metadata?.namespace, object?.metadata?.name),
          );
          for (const proxy of users) enqueueItself(proxy, enqueue);
        });
      }
    },
    start() {
      for (const informer of informers) informer.start();
    },
    hasSynced: Promise.all(informers.map(({ hasSynced }) => hasSynced)).then((all) => all.every(Boolean)),
    async stop() {
      await Promise.all(informers.map((informer) => informer.stop()));
    },
  };
}

/** Not only ours: others may have the addresses that ours are to get. */
async function listLoadBalancers({ client, namespaces, log }: ClusterOptions): Promise<readonly Service[]> {
  const scopes = namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));
  try {
    const lists = await Promise.all(
      scopes.map((scope) => listAll(client, SERVICES, { ...scope, fieldSelector: 'spec.type=LoadBalancer' })),
    );
    return lists.flatMap(({ items }) => items);
  } catch (error) {
    // It would only say who has an address; that it is not there is known without.
    log.warn({ err: error }, 'The Services of others can not be listed');
    return [];
  }
}

/** Of events, unlike of Services, there may be very many. */
async function listServiceWarnings(
  namespace: string,
  { client, log }: ClusterOptions,
): Promise<readonly Event[]> {
  try {
    const fieldSelector = 'type=Warning,regarding.kind=Service';
    return (await listAll(client, EVENTS, { namespace, fieldSelector })).items;
  } catch (error) {
    // It would only say why an address is missing; that it is missing is known without.
    log.warn({ err: error }, 'The events of Services can not be listed');
    return [];
  }
}

/** How long what was listed is good enough, in milliseconds. */
const RECENT_MS = 5000;

/** The same answer for all who ask within a few seconds. */
function recent<T>(read: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at > RECENT_MS) last = { at: now, answer: read() };
    return last.answer;
  };
}

type Enqueue = (key: ObjectKey) => void;

/** What all informers have. */
interface InformerDefaults extends ClusterOptions {
  readonly transform: ReturnType<typeof keepFieldsOf>;
}

/** Of Secrets all must be seen, as any may be referred to; of the other kinds only our own. */
function watchOwned(resource: Resource, common: InformerDefaults): Informer<KubernetesObject> {
  const scope = resource === SECRETS ? { metadataOnly: true } : { labelSelector: PROXY_LABEL };
  return createInformer({ ...common, ...scope, resource, indexers: { [BY_OWNER]: ownerUids } });
}

function ownerUids({ metadata }: KubernetesObject): readonly string[] {
  return (metadata?.ownerReferences ?? []).filter(({ kind }) => kind === KIND).map(({ uid }) => uid);
}

function secretPaths(proxy: TeamworkProxy): readonly string[] {
  return referencedSecrets(proxy).map((name) => path(proxy.metadata.namespace, name));
}

function instancePath({ metadata }: KubernetesObject): string {
  return path(metadata?.namespace, metadata?.labels?.[INSTANCE_LABEL]);
}

function enqueueItself(object: KubernetesObject | undefined, enqueue: Enqueue): void {
  const { namespace, name } = object?.metadata ?? {};
  if (namespace !== undefined && name !== undefined) enqueue({ namespace, name });
}

function enqueueOwner(object: KubernetesObject | undefined, enqueue: Enqueue): void {
  const { namespace, ownerReferences = [] } = object?.metadata ?? {};
  for (const { kind, name } of ownerReferences) {
    if (kind === KIND && namespace !== undefined) enqueue({ namespace, name });
  }
}

function enqueueInstance(pod: KubernetesObject | undefined, enqueue: Enqueue): void {
  const { namespace, labels } = pod?.metadata ?? {};
  const name = labels?.[INSTANCE_LABEL];
  if (namespace !== undefined && name !== undefined) enqueue({ namespace, name });
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function path(namespace = '', name = ''): string {
  return `${namespace}/${name}`;
}
