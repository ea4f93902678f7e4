/**
 * What the baselines do for one resource. Everything that decides is ours: plan, rendering and status are the same pure functions, so that
 * operators differ by their machinery alone.
 */
import type { TeamworkProxy } from '../../../../operator/api/resource.ts';
import type { TeamworkProxyStatus } from '../../../../operator/api/status.ts';
import type { KubernetesObject, Pod, Secret } from '../../../../operator/kube/types.ts';
import { type ClusterView, gather, servicesOf } from '../../../../operator/reconcile/gather.ts';
import { observePods } from '../../../../operator/reconcile/observe.ts';
import { plan } from '../../../../operator/reconcile/plan/plan.ts';
import { CONFIG_HASH_ANNOTATION } from '../../../../operator/reconcile/render/metadata.ts';
import { render } from '../../../../operator/reconcile/render/render.ts';
import { reservedNames } from '../../../../operator/reconcile/reserved-names.ts';
import { statusOf } from '../../../../operator/reconcile/status/status.ts';

/** Name of the field manager. */
export const FIELD_MANAGER = 'teamwork-proxy-baseline';

/** What a library gives to see the cluster and to change it. */
export interface Cluster {
  readonly readSecret: (namespace: string, name: string) => Promise<Secret | undefined>;
  /** All that belongs to a resource. */
  readonly owned: (proxy: TeamworkProxy) => Promise<readonly KubernetesObject[]>;
  /** The resource's pods, without those that are being removed. */
  readonly pods: (proxy: TeamworkProxy) => Promise<readonly Pod[]>;
  /** Server-side apply, by force. */
  readonly apply: (object: KubernetesObject) => Promise<KubernetesObject>;
  readonly remove: (object: KubernetesObject) => Promise<void>;
  readonly annotate: (pod: Pod, annotations: Readonly<Record<string, string>>) => Promise<void>;
  readonly writeStatus: (proxy: TeamworkProxy, status: TeamworkProxyStatus) => Promise<void>;
}

/** Makes the cluster have what a resource asks for, and reports on it. */
export async function reconcile(proxy: TeamworkProxy, cluster: Cluster): Promise<void> {
  if (proxy.metadata.deletionTimestamp !== undefined) return;
  const pods = await cluster.pods(proxy);
  const gathered = await gather(proxy, viewOf(cluster, await cluster.owned(proxy), pods), new Date());
  const decided = plan(gathered.input);
  const refusals = [...decided.refusals, ...reservedNames(proxy)];
  const planned = { ...decided, refusals };
  const rendered = render(planned, {
    image: process.env['PROXY_IMAGE'] ?? '',
    operatorNamespace: process.env['POD_NAMESPACE'] ?? 'default',
  });
  const objects = [...gathered.generated, ...rendered.turns.flat()];
  const isRefused = refusals.length > 0;
  const applied = isRefused
    ? gathered.owned
    : await carryOut(objects, { owned: gathered.owned, pods, configHash: rendered.configHash, cluster });
  const status = statusOf({
    plan: planned,
    services: servicesOf(applied),
    holders: new Map(),
    warnings: new Map(),
    dataPlane: {
      configHash: isRefused ? null : rendered.configHash,
      desired: proxy.spec.workload.replicas,
      pods: await observePods(pods),
    },
    now: new Date(),
  });
  if (JSON.stringify(sorted(status)) !== JSON.stringify(sorted(proxy.status)))
    await cluster.writeStatus(proxy, status);
}

interface Work {
  readonly owned: readonly KubernetesObject[];
  readonly pods: readonly Pod[];
  readonly configHash: string;
  readonly cluster: Cluster;
}

async function carryOut(
  objects: readonly KubernetesObject[],
  { owned, pods, configHash, cluster }: Work,
): Promise<readonly KubernetesObject[]> {
  const applied: KubernetesObject[] = [];
  for (const object of objects) applied.push({ ...(await cluster.apply(object)), kind: object.kind ?? '' });
  const unwanted = owned.filter((object) => !objects.some((wanted) => isSame(object, wanted)));
  for (const object of unwanted) await cluster.remove(object);
  for (const pod of pods) {
    if (pod.metadata?.annotations?.[CONFIG_HASH_ANNOTATION] === configHash) continue;
    await cluster.annotate(pod, { [CONFIG_HASH_ANNOTATION]: configHash });
  }
  return applied;
}

function isSame(one: KubernetesObject, other: KubernetesObject): boolean {
  return one.kind === other.kind && one.metadata?.name === other.metadata?.name;
}

function viewOf(cluster: Cluster, owned: readonly KubernetesObject[], pods: readonly Pod[]): ClusterView {
  return {
    secrets: {
      read: ({ namespace = '', name }) => cluster.readSecret(namespace, name),
      remember: () => {},
      forget: () => {},
    },
    ownedBy: () => owned,
    podsOf: () => pods,
    loadBalancers: async () => [],
    loadBalancerWarning: async () => null,
  };
}

/** The same whatever the order of fields. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, sorted(field)]));
}
