import type { ProxyStatus } from '../../proxy-image/config/status.ts';
import type { Pod } from '../kube/types.ts';
import { ADMIN_PORT } from './render/deployment.ts';
import type { PodReport } from './status/types.ts';

/** How long a pod may take to answer, in milliseconds. */
const ANSWER_TIMEOUT = 2000;

/** Asks every proxy pod what it serves. A pod that does not answer is reported with the reason; nothing is thrown. */
export async function observePods(pods: readonly Pod[]): Promise<readonly PodReport[]> {
  return Promise.all(pods.map(observePod));
}

async function observePod(pod: Pod): Promise<PodReport> {
  const name = pod.metadata?.name ?? '';
  const address = pod.status?.podIP;
  if (address === undefined) return { name, status: null, problem: waitingReason(pod) };
  const host = address.includes(':') ? `[${address}]` : address;
  try {
    const response = await fetch(`http://${host}:${ADMIN_PORT}/status`, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT),
    });
    if (!response.ok) return { name, status: null, problem: `/status answered ${response.status}` };
    return { name, status: (await response.json()) as ProxyStatus, problem: notReady(pod) };
  } catch (error) {
    return { name, status: null, problem: waitingReason(pod) ?? describe(error) };
  }
}

/** Until the kubelet has found a pod ready, no Service leads to it, whatever it serves. */
function notReady({ status }: Pod): string | null {
  const ready = status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return ready === true ? null : 'is not ready yet, so no Service leads to it';
}

/** Why a pod does not run yet, in Kubernetes' own words; null when it runs. */
function waitingReason(pod: Pod): string | null {
  const reason = containerWaits(pod) ?? notScheduled(pod);
  if (reason !== undefined) return reason;
  return pod.status?.phase === 'Running' ? null : 'starting';
}

function containerWaits({ status }: Pod): string | undefined {
  const waiting = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting ?? []);
  const [first] = waiting;
  return first === undefined ? undefined : [first.reason, first.message].filter(Boolean).join(': ');
}

function notScheduled({ status }: Pod): string | undefined {
  const condition = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (condition?.status !== 'False') return undefined;
  return condition.message ?? 'not scheduled yet';
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message : error.message;
}
