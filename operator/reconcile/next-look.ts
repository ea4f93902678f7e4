import type { TeamworkProxyStatus } from '../api/status.ts';
import type { Condition, Pod } from '../kube/types.ts';

/**
 * Pods don't tell when they have loaded a configuration, or what has become of their servers, so they are asked: often while a change is
 * on its way, now and then while something is wrong, seldom otherwise.
 */
const LOOK_OFTEN_MS = 250;
const LOOK_SOON_MS = 1000;
const LOOK_MS = 5000;
const LOOK_SELDOM_MS = 15_000;

/** How long to wait where no pod can be asked: changes wake us, and only what comes with time alone, such as the end of a certificate, does not. */
const WAIT_MS = 300_000;

/** How long after a change one is still taken to be on its way; looks become rarer in that time, as many may be on their way at once. */
const SETTLING_MS = 30_000;

/** After how many milliseconds to come back to a resource with this status though nothing has changed. */
export function nextLook(
  { conditions = [] }: TeamworkProxyStatus,
  { now, pods }: { readonly now: Date; readonly pods: readonly Pod[] },
): number {
  const failed = (type: string) =>
    conditions.find((condition) => condition.type === type && condition.status === 'False');
  const canAsk = pods.some((pod) => pod.status?.podIP !== undefined);
  const programmed = failed('Programmed');
  if (programmed !== undefined && canAsk) {
    const since = sinceTransition(programmed, now);
    return since < SETTLING_MS ? Math.max(LOOK_OFTEN_MS, since / 16) : LOOK_MS;
  }
  // Why a load balancer refuses is found by looking as well.
  const assigned = failed('AddressesAssigned');
  const since = assigned === undefined ? SETTLING_MS : sinceTransition(assigned, now);
  if (since < SETTLING_MS) return Math.max(LOOK_SOON_MS, since / 2);
  if (canAsk) return failed('BackendsHealthy') === undefined ? LOOK_SELDOM_MS : LOOK_MS;
  // Nothing tells when a quota or a webhook lets it through.
  return failed('Accepted')?.reason === 'ObjectRefused' ? LOOK_SELDOM_MS : WAIT_MS;
}

function sinceTransition({ lastTransitionTime }: Condition, now: Date): number {
  return now.getTime() - Date.parse(lastTransitionTime);
}
