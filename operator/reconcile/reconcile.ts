import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, KIND } from '../api/resource.ts';
import type { TeamworkProxy } from '../api/resource.ts';
import type { TeamworkProxyStatus } from '../api/status.ts';
import { isNamespaceTerminating, isNotFound } from '../kube/client/errors.ts';
import type { KubeClient } from '../kube/client/kube-client.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { ReconcileContext, Result } from '../kube/controller.ts';
import type { Deployment, KubernetesObject } from '../kube/types.ts';
import { apply } from './apply.ts';
import { confirmedClient } from './confirmed-client.ts';
import { gather, referencedSecrets, servicesOf } from './gather.ts';
import type { ClusterView, Gathered } from './gather.ts';
import { TEAMWORK_PROXIES } from './kinds.ts';
import { nextLook } from './next-look.ts';
import { observeAddresses } from './observe-addresses.ts';
import { observePods } from './observe.ts';
import { plan } from './plan/plan.ts';
import type { Plan } from './plan/types.ts';
import { reachablePods } from './reachable-pods.ts';
import { reservedNames } from './reserved-names.ts';
import { objectNames } from './render/metadata.ts';
import { render } from './render/render.ts';
import type { RenderSettings } from './render/render.ts';
import { waitBeforeWriting } from './status-pace.ts';
import type { StatusMemory } from './status-memory.ts';
import { noticesOf } from './status/events.ts';
import type { Notice } from './status/events.ts';
import { statusOf } from './status/status.ts';
import type { Observation } from './status/types.ts';
import type { TellPods } from './tell-pods.ts';

/** Manager of the status; another one than that of the objects, so that neither takes the other's fields away. */
const STATUS_FIELD_MANAGER = 'teamwork-proxy-operator-status';

export interface Reconciler {
  readonly cluster: ClusterView;
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly memory: StatusMemory;
  readonly tellPods: TellPods;
  readonly settings: RenderSettings;
  readonly now: () => Date;
}

/**
 * One pass for one resource. When it fails, a Secret may have been written whose version the watch has not seen. In a namespace that is being
 * removed nothing can be made any more, and soon the resource itself is gone.
 */
export async function reconcile(
  seen: TeamworkProxy,
  reconciler: Reconciler,
  context: ReconcileContext,
): Promise<Result> {
  const client = confirmedClient(reconciler.client.withSignal(context.signal), seen);
  try {
    return await pass(seen, { ...reconciler, client }, context);
  } catch (error) {
    const { namespace, name } = seen.metadata;
    for (const secret of [objectNames.tls(name), ...referencedSecrets(seen)])
      reconciler.cluster.secrets.forget({ namespace, name: secret });
    if (!isNamespaceTerminating(error)) throw error;
    context.log.debug({ err: error }, 'The namespace is being removed');
    return {};
  }
}

/** From what is wanted and what there is to what is reported: gather, plan, render, apply, observe, status. */
async function pass(seen: TeamworkProxy, reconciler: Reconciler, context: ReconcileContext): Promise<Result> {
  const { memory, events } = reconciler;
  const proxy = memory.recall(seen);
  const gathered = await gather(proxy, reconciler.cluster, reconciler.now());
  const made = plan(gathered.input);
  const planned = {
    ...made,
    findings: [...made.findings, ...reachablePods(made)],
    refusals: [...made.refusals, ...reservedNames(proxy)],
  };
  const { observation, notices } = await carryOut(planned, gathered, { ...reconciler, ...context });
  for (const notice of notices) events.record({ ...notice, regarding: proxy });
  const status = statusOf(observation);
  const wait = await report({ seen, proxy, status }, reconciler);
  const look = nextLook(status, { now: observation.now, pods: gathered.pods });
  return { requeueAfterMs: wait > 0 ? Math.min(wait, look) : look };
}

interface Report {
  readonly seen: TeamworkProxy;
  /** The same with the status that was written last. */
  readonly proxy: TeamworkProxy;
  readonly status: TeamworkProxyStatus;
}

/** Writes and tells what is new, unless it has to wait; gives how long it has to, in milliseconds. */
async function report(
  { seen, proxy, status }: Report,
  { memory, client, events, now }: Reconciler,
): Promise<number> {
  // Also compared with what the watch has, where somebody else may have changed it; but not before it has brought back our own change.
  const isThere = isWritten(status, proxy) && (memory.isBehind(seen) || isWritten(status, seen));
  if (isThere) return 0;
  const at = now().getTime();
  const written = memory.writtenAt(proxy);
  const since = written === undefined ? Number.POSITIVE_INFINITY : at - written;
  const wait = waitBeforeWriting(proxy.status, status, since);
  if (wait > 0) return wait;
  if (!(await writeStatus(proxy, status, client))) return 0;
  memory.remember(seen, status, at);
  for (const notice of noticesOf(proxy.status, status)) events.record({ ...notice, regarding: proxy });
  return 0;
}

interface CarriedOut {
  readonly observation: Observation;
  readonly notices: readonly Notice[];
}

/** Applies a plan and looks at what came of it. A plan that was refused changes nothing, so that what was served before is served on. */
async function carryOut(
  planned: Plan,
  gathered: Gathered,
  context: Reconciler & ReconcileContext,
): Promise<CarriedOut> {
  const { pods } = gathered;
  const common = { now: context.now() };
  if (planned.refusals.length > 0) {
    const desired = wantedPods(planned, gathered.owned);
    const dataPlane = { configHash: null, desired, pods: await observePods(pods) };
    const addresses = await observeAddresses(planned, servicesOf(gathered.owned), context.cluster);
    return { observation: { ...common, plan: planned, ...addresses, dataPlane }, notices: [] };
  }
  const rendered = render(planned, context.settings);
  const turns = [...gathered.generated.map((object) => [object]), ...rendered.turns];
  const applied = await apply({ ...rendered, turns }, gathered, {
    client: context.client,
    log: context.log,
    tellPods: context.tellPods,
  });
  if (applied.failure !== undefined && !isLasting(planned.proxy, context.failures)) throw applied.failure;
  for (const object of applied.objects)
    if (object.kind === 'Secret') context.cluster.secrets.remember(object);
  const desired = wantedPods(planned, applied.objects);
  const dataPlane = { configHash: rendered.configHash, desired, pods: await observePods(pods) };
  const services = servicesOf(applied.objects.filter(isStaying));
  const addresses = await observeAddresses(planned, services, context.cluster);
  const plan = { ...planned, refusals: applied.refusals };
  return { observation: { ...common, plan, ...addresses, dataPlane }, notices: applied.notices };
}

/** How many passes in a row fail before an error that may be over soon is told to people; with the pauses between them that is more than a second. */
const FAILURES_UNTIL_TOLD = 8;

/** Whether what keeps an object from being made is to be told, or was told already: then it is looked at as seldom as other refusals are. */
function isLasting({ status }: TeamworkProxy, failures: number): boolean {
  const accepted = status?.conditions?.find(({ type }) => type === 'Accepted');
  return failures >= FAILURES_UNTIL_TOLD || accepted?.reason === 'ObjectRefused';
}

/** Number of pods that there are to be; with autoscaling the Deployment tells. */
function wantedPods({ proxy }: Plan, objects: readonly KubernetesObject[]): number {
  const { replicas, autoscaling } = proxy.spec.workload;
  if (autoscaling === undefined) return replicas;
  const deployment = objects.find((object): object is Deployment => object.kind === 'Deployment');
  return deployment?.spec?.replicas ?? autoscaling.minReplicas;
}

/** A Service that is being removed, to make room for its successor, takes its address with it. */
function isStaying({ metadata }: KubernetesObject): boolean {
  return metadata?.deletionTimestamp === undefined;
}

/** Compared as JSON has it: without what is undefined. */
function isWritten(status: TeamworkProxyStatus, proxy: TeamworkProxy): boolean {
  return isDeepStrictEqual(asJson(status), asJson(proxy.status));
}

function asJson(status: TeamworkProxyStatus | undefined): unknown {
  return status === undefined ? undefined : JSON.parse(JSON.stringify(status));
}

/** False if the resource is gone, which the watch will tell. */
async function writeStatus(
  proxy: TeamworkProxy,
  status: TeamworkProxyStatus,
  client: KubeClient,
): Promise<boolean> {
  const { name, namespace, uid } = proxy.metadata;
  // With the uid, the server refuses when another resource has the name by now.
  const object = { apiVersion: API_VERSION, kind: KIND, metadata: { name, namespace, uid }, status };
  try {
    await client.applyStatus(TEAMWORK_PROXIES, object as TeamworkProxy, {
      fieldManager: STATUS_FIELD_MANAGER,
    });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
