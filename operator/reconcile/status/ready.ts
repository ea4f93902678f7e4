import type { TeamworkProxyStatus } from '../../api/status.ts';
import type { ConditionDraft } from './types.ts';

/** Reason of what is on its way: GitOps tools show it as progress, and any other reason as a failure. */
const PENDING = 'Pending';

/**
 * What others may still bring for a resource that has just been made: cert-manager or the like the Secret, Teamwork Cloud itself minutes
 * after its proxy. `FlowsNotServed` is what a missing Secret leads to.
 */
const AWAITED: ReadonlySet<string> = new Set(['SecretNotFound', 'FlowsNotServed', 'NoServerUp']);

/** How long that is waited for before it counts as a failure. */
const AWAITED_MS = 5 * 60_000;

/**
 * The sum of the other conditions: true when all of them are, otherwise with reason and message of the first that is a failure, or of the
 * first that is on its way.
 *
 * @param before the conditions as they were last written
 */
export function ready(
  parts: readonly ConditionDraft[],
  before: TeamworkProxyStatus['conditions'],
  now: Date,
): ConditionDraft {
  const wanting = parts.filter(({ status }) => status !== 'True');
  const isWaiting = isFirstWait(before, now);
  const reasons = wanting.map((part) => ({
    ...part,
    reason: isWaiting && AWAITED.has(part.reason) ? PENDING : part.reason,
  }));
  const telling = reasons.find(({ reason }) => reason !== PENDING) ?? reasons[0];
  return telling === undefined
    ? { type: 'Ready', status: 'True', reason: 'Ready', message: 'every flow is served' }
    : { type: 'Ready', status: 'False', reason: telling.reason, message: telling.message };
}

/** Whether the resource has never got ready, nothing is known to have failed, and it has not waited for long. */
function isFirstWait(before: TeamworkProxyStatus['conditions'], now: Date): boolean {
  const previous = before?.find(({ type }) => type === 'Ready');
  if (previous === undefined) return true;
  if (previous.status !== 'False' || previous.reason !== PENDING) return false;
  return now.getTime() - Date.parse(previous.lastTransitionTime) < AWAITED_MS;
}
