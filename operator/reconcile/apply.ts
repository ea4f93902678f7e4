import { applyIfChanged, applyOver } from '../kube/apply.ts';
import {
  ApiError,
  isConflict,
  isInternalError,
  isNamespaceTerminating,
  isOutOfNodePorts,
  isOwnerUnknownYet,
} from '../kube/client/errors.ts';
import type { KubeClient } from '../kube/client/kube-client.ts';
import type { Logger } from '../kube/log.ts';
import { controllerOf, describeObject, keyOf } from '../kube/objects.ts';
import type { Resource } from '../kube/resources.ts';
import { CONFIG_MAPS, SECRETS, SERVICES } from '../kube/resources.ts';
import type { KubernetesObject, Pod } from '../kube/types.ts';
import type { Finding } from '../api/status.ts';
import { handOverReplicas } from './hand-over.ts';
import type { Notice } from './status/events.ts';
import { ownedKind } from './kinds.ts';
import type { Rendered } from './render/render.ts';
import type { TellPods } from './tell-pods.ts';

/** Manager of the fields that the operator renders. */
export const FIELD_MANAGER = 'teamwork-proxy-operator';

export interface ApplyContext {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly tellPods: TellPods;
}

/** What the cluster has after an apply. */
export interface Applied {
  readonly objects: readonly KubernetesObject[];
  /** Why an object could not be made. */
  readonly refusals: readonly Finding[];
  /** The first error for which an object could not be made that may be over when it is tried again; told among the refusals as well. */
  readonly failure: ApiError | undefined;
  /** What people should know of. */
  readonly notices: readonly Notice[];
}

/**
 * Makes the cluster have what was rendered: writes what differs, removes what is ours and was not rendered any more, and tells the pods
 * last, when the files that they mount are written.
 */
export async function apply(
  rendered: Rendered,
  existing: { readonly owned: readonly KubernetesObject[]; readonly pods: readonly Pod[] },
  context: ApplyContext,
): Promise<Applied> {
  // All that is missing is asked for at once.
  const turns = rendered.turns.map((turn) =>
    turn.map((desired) => changeTo(desired, existing.owned, context)),
  );
  const { made, areFilesWritten } = await carryOutInTurns(turns, context);
  const failure = made.find((one) => one.failure !== undefined)?.failure;
  // What is removed may be what serves until its successor can be made.
  if (failure === undefined) await removeOthers(rendered, existing.owned, context);
  if (areFilesWritten) await context.tellPods(rendered.configHash, existing.pods, context.client);
  return {
    objects: made.flatMap(({ object }) => object ?? []),
    refusals: made.flatMap(({ refusal }) => refusal ?? []),
    failure,
    notices: made.flatMap(({ notice }) => notice ?? []),
  };
}

/**
 * Ends with an object that fails, as others may need it. But only Services need that other Services are made first: one that fails holds back neither the pods nor
 * what is served already.
 */
async function carryOutInTurns(
  turns: readonly (readonly Change[])[],
  context: ApplyContext,
): Promise<{ readonly made: readonly Made[]; readonly areFilesWritten: boolean }> {
  const made: Made[] = [];
  let isCutShort = false;
  let hasFailed = false;
  let lacksFile = false;
  for (const turn of turns) {
    if (isCutShort || (hasFailed && turn.every(isService))) {
      made.push(...turn.map(({ live }) => ({ object: live })));
      continue;
    }
    const ended: readonly Made[] = await allEnded(turn.map(async (change) => carryOut(change, context)));
    made.push(...ended);
    const fails = ended.some(({ failure }) => failure !== undefined);
    isCutShort = fails && !turn.every(isService);
    hasFailed ||= fails;
    lacksFile ||= turn.some(isFile) && ended.some(({ refusal }) => refusal !== undefined);
  }
  return { made, areFilesWritten: !isCutShort && !lacksFile };
}

/** Whether it is of a kind that pods mount. */
function isFile({ resource }: Change): boolean {
  return resource === SECRETS || resource === CONFIG_MAPS;
}

function isService({ resource }: Change): boolean {
  return resource === SERVICES;
}

/** Waits for all before it throws, so that nothing is written any more when a pass has failed. */
async function allEnded<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function changeTo(
  desired: KubernetesObject,
  owned: readonly KubernetesObject[],
  { client }: ApplyContext,
): Change {
  const resource = ownedKind(desired.kind);
  const live = owned.find((object) => isSame(object, desired));
  const found = live === undefined ? client.get(resource, keyOf(desired)) : Promise.resolve(live);
  // Reported when its turn comes, if it does.
  found.catch(() => {});
  return { resource, desired, live, found };
}

/** What became of one object. */
interface Made {
  /** As it is now; undefined if there is none that is ours. */
  readonly object: KubernetesObject | undefined;
  /** Why it could not be made. */
  readonly refusal?: Finding;
  /** The error, if it may be over when it is tried again. */
  readonly failure?: ApiError;
  /** What people should know of. */
  readonly notice?: Notice | undefined;
}

/** Makes one object; says why, if the API server or its owner does not let us. */
async function carryOut(change: Change, context: ApplyContext): Promise<Made> {
  const { resource, desired, live } = change;
  const notice = isOtherClass(change) ? replacement(change) : undefined;
  try {
    await handOverReplicas(desired, live, { client: context.client, fieldManager: FIELD_MANAGER });
    const result = await replaceIfClassChanged(change, context);
    if (result.outcome !== 'Foreign') return { object: { ...result.object, kind: resource.kind }, notice };
    const refusal = { path: 'metadata.name', reason: 'NameTaken', message: result.message };
    return { object: live, refusal, notice };
  } catch (error) {
    const mayPass = !isRefusal(error);
    if (mayPass && !isInternalError(error)) throw error;
    context.log.warn({ err: error, object: describeObject(desired) }, 'Refused by the API server');
    const message = `the API server refuses ${describeObject(desired)}: ${error.message}${adviceOn(error)}`;
    const refusal = { path: 'spec', reason: 'ObjectRefused', message };
    // What could not be changed is still there.
    return { object: live, refusal, ...(mayPass ? { failure: error } : {}), notice };
  }
}

function adviceOn(error: ApiError): string {
  if (!isInternalError(error)) return '';
  if (!isOutOfNodePorts(error)) return '; it is tried again now and then';
  return '; each flow takes two of its node ports: remove Services that have some, or give it a larger --service-node-port-range';
}

/** Whether trying again is of no use before something changes: the object is invalid, or a policy or a quota forbids it, or there is no more room. */
function isRefusal(error: unknown): error is ApiError {
  if (isConflict(error) || isNamespaceTerminating(error) || isOwnerUnknownYet(error)) return false;
  if (isOutOfNodePorts(error)) return true;
  return error instanceof ApiError && (error.status === 422 || error.status === 403);
}

interface Change {
  readonly resource: Resource;
  readonly desired: KubernetesObject;
  /** The object as the cache has it, if it is ours. */
  readonly live: KubernetesObject | undefined;
  /** The object as it is, whosever it is. */
  readonly found: Promise<KubernetesObject | undefined>;
}

type Outcome = Awaited<ReturnType<typeof applyIfChanged<KubernetesObject>>>;

/**
 * A Service's load balancer class can't be changed, so a Service with another one makes room for its successor. Where its load balancer has to
 * clean up first, that takes some time: the successor is made once it is gone.
 */
async function replaceIfClassChanged(change: Change, { client, log }: ApplyContext): Promise<Outcome> {
  const { resource, desired, live, found } = change;
  const applier = { client, fieldManager: FIELD_MANAGER };
  if (live === undefined || !isOtherClass(change)) {
    const result = await applyOver(applier, resource, desired, await found);
    if (result.outcome === 'Created') log.info({ object: describeObject(desired) }, 'Created');
    if (result.outcome === 'Changed')
      log.info({ object: describeObject(desired), drift: result.drift }, 'Changed');
    return result;
  }
  log.info({ object: describeObject(live) }, 'Replacing, as its load balancer class changed');
  await client.delete(resource, keyOf(live), { uid: live.metadata?.uid ?? '' });
  return applyIfChanged(applier, resource, desired, undefined);
}

function isOtherClass({ desired, live }: Change): boolean {
  if (live === undefined || live.metadata?.deletionTimestamp !== undefined) return false;
  return loadBalancerClass(live) !== loadBalancerClass(desired);
}

function replacement({ desired, live }: Change): Notice {
  const [from, to] = [live, desired].map((object) => (object && loadBalancerClass(object)) ?? 'none');
  return {
    type: 'Warning',
    reason: 'ServiceReplaced',
    action: 'AssignAddresses',
    note: `Service ${desired.metadata?.name} is replaced, as its load balancer class changes from ${from} to ${to}: clients can't connect until the new one has an address, which may be another`,
  };
}

function loadBalancerClass(object: KubernetesObject): string | undefined {
  return (object as { spec?: { loadBalancerClass?: string } }).spec?.loadBalancerClass;
}

/** Removes what belongs to the resource and is not part of it any more, such as the Service of a frontend that was taken out. */
async function removeOthers(
  rendered: Rendered,
  owned: readonly KubernetesObject[],
  { client, log }: ApplyContext,
): Promise<void> {
  const desired = rendered.turns.flat();
  const others = owned.filter(
    (object) =>
      object.metadata?.deletionTimestamp === undefined && !desired.some((one) => isSame(object, one)),
  );
  for (const object of others) {
    // An owner that is not the controller only wants to be outlived.
    if (controllerOf(object) === undefined) continue;
    log.info({ object: describeObject(object) }, 'Removing');
    await client.delete(ownedKind(object.kind), keyOf(object), {
      uid: object.metadata?.uid ?? '',
      propagation: 'Background',
    });
  }
}

function isSame(one: KubernetesObject, other: KubernetesObject): boolean {
  return one.kind === other.kind && one.metadata?.name === other.metadata?.name;
}
