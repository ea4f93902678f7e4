/**
 * A minimal operator on client-node's informers, written as its examples say: handlers, and a start anew some seconds after an error. Beside that
 * it has what they leave to their users: each resource is worked on once at a time, and again when that failed.
 */
import {
  CustomObjectsApi,
  type Informer,
  KubeConfig,
  KubernetesObjectApi,
  type ObjectCache,
  PatchStrategy,
  makeInformer,
  setHeaderOptions,
} from '@kubernetes/client-node';
import type { KubernetesObject as ClientObject } from '@kubernetes/client-node';
import { API_VERSION, GROUP, KIND, PLURAL, VERSION } from '../../../../operator/api/resource.ts';
import type { TeamworkProxy } from '../../../../operator/api/resource.ts';
import type { KubernetesObject, Pod } from '../../../../operator/kube/types.ts';
import { OWNED_KINDS } from '../../../../operator/reconcile/kinds.ts';
import { WATCHED, type WatchedKind, apiVersionOf, isOwnedBy, isPodOf, namesOf } from '../shared/objects.ts';
import { type Cluster, FIELD_MANAGER, reconcile } from '../shared/pass.ts';

const NAMESPACE = process.env['WATCH_NAMESPACES'] ?? 'default';

/** How long after an error something is tried again, in milliseconds. */
const AGAIN_MS = 5000;

type Cache = Informer<ClientObject> & ObjectCache<ClientObject>;

const config = new KubeConfig();
config.loadFromDefault();
const objects = KubernetesObjectApi.makeApiClient(config);
const customObjects = config.makeApiClient(CustomObjectsApi);
const caches = new Map<string, Cache>();

const cluster: Cluster = {
  readSecret: async (_namespace, name) => find('Secret', name),
  owned: async (proxy) =>
    OWNED_KINDS.flatMap(({ kind }) => all(kind)).filter((object) => isOwnedBy(object, proxy)),
  pods: async (proxy) => (all('Pod') as readonly Pod[]).filter((pod) => isPodOf(pod, proxy)),
  apply: async (object) =>
    plain(
      await objects.patch(
        object as unknown as ClientObject,
        undefined,
        undefined,
        FIELD_MANAGER,
        true,
        PatchStrategy.ServerSideApply,
      ),
    ),
  remove: async (object) => {
    await objects.delete(object as unknown as ClientObject);
  },
  annotate: async (pod, annotations) => {
    const { namespace = '', name = '' } = pod.metadata ?? {};
    const change = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, annotations } };
    await objects.patch(change, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
  },
  writeStatus: async (proxy, status) => {
    const { name } = proxy.metadata;
    const body = { apiVersion: API_VERSION, kind: KIND, metadata: { name, namespace: NAMESPACE }, status };
    const where = { group: GROUP, version: VERSION, plural: PLURAL, namespace: NAMESPACE, name, body };
    await customObjects.patchNamespacedCustomObjectStatus(
      { ...where, fieldManager: `${FIELD_MANAGER}-status`, force: true },
      setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
    );
  },
};

const waiting = new Set<string>();
let isWorking = false;

function enqueue(name: string): void {
  waiting.add(name);
  if (!isWorking) void work();
}

async function work(): Promise<void> {
  isWorking = true;
  for (const name of waiting) {
    waiting.delete(name);
    try {
      const proxy = find(KIND, name) as TeamworkProxy | undefined;
      if (proxy !== undefined) await reconcile(proxy, cluster);
    } catch (error) {
      console.error(`${name}:`, error instanceof Error ? error.message : error);
      setTimeout(() => enqueue(name), AGAIN_MS);
    }
  }
  isWorking = false;
}

async function watch(watched: WatchedKind): Promise<void> {
  const { group, plural, kind } = watched;
  const apiVersion = apiVersionOf(watched);
  const path = `${group === '' ? '/api' : '/apis'}/${apiVersion}/namespaces/${NAMESPACE}/${plural}`;
  const informer = makeInformer<ClientObject>(config, path, async () =>
    objects.list(apiVersion, kind, NAMESPACE),
  );
  caches.set(kind, informer);
  const changed = (object: ClientObject): void => {
    const seen = { ...plain(object), kind };
    const names =
      kind === KIND ? [seen.metadata?.name ?? ''] : namesOf(seen, all(KIND) as readonly TeamworkProxy[]);
    for (const name of names) enqueue(name);
  };
  informer.on('change', changed);
  informer.on('delete', changed);
  informer.on('error', (error: unknown) => {
    console.error(`${plural}:`, error instanceof Error ? error.message : error);
    setTimeout(() => void start(informer, plural), AGAIN_MS);
  });
  await start(informer, plural);
}

async function start(informer: Cache, plural: string): Promise<void> {
  try {
    await informer.start();
  } catch (error) {
    console.error(`${plural}:`, error instanceof Error ? error.message : error);
    setTimeout(() => void start(informer, plural), AGAIN_MS);
  }
}

function find(kind: string, name: string): KubernetesObject | undefined {
  return all(kind).find(({ metadata }) => metadata?.name === name);
}

function all(kind: string): readonly KubernetesObject[] {
  // Those of a list have neither kind nor version.
  const watched = [...WATCHED, RESOURCE].find((candidate) => candidate.kind === kind);
  const apiVersion = watched === undefined ? '' : apiVersionOf(watched);
  return (caches.get(kind)?.list(NAMESPACE) ?? []).map((object) => ({ ...plain(object), apiVersion, kind }));
}

/** As JSON has it: the client makes dates of times. */
function plain(object: ClientObject): KubernetesObject {
  return JSON.parse(JSON.stringify(object));
}

const RESOURCE: WatchedKind = { group: GROUP, version: VERSION, plural: PLURAL, kind: KIND };
process.on('SIGTERM', () => process.exit(0)).on('SIGINT', () => process.exit(0));
for (const kind of [...WATCHED, RESOURCE]) await watch(kind);
