import type { Plan } from '../plan/types.ts';
import { addressesAssigned } from './addresses.ts';
import { backendsHealthy } from './backends.ts';
import { certificatesValid } from './certificates.ts';
import { servesConfig } from './data-plane.ts';
import { ready } from './ready.ts';
import type { ConditionDraft, DataPlane, Observation } from './types.ts';

/** The conditions of a TeamworkProxy, `Ready` as their sum at the end. */
export function conditions(observation: Observation): readonly ConditionDraft[] {
  const { plan, dataPlane, now } = observation;
  const parts = [
    accepted(plan),
    certificatesValid(plan, now),
    addressesAssigned(observation),
    programmed(plan, dataPlane),
    backendsHealthy(plan, dataPlane),
  ];
  return [...parts, ready(parts, plan.proxy.status?.conditions, now)];
}

function accepted({ refusals, flows }: Plan): ConditionDraft {
  const [first] = refusals;
  if (first === undefined) {
    return { type: 'Accepted', status: 'True', reason: 'Accepted', message: `${flows.length} flows` };
  }
  const message = refusals.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return {
    type: 'Accepted',
    status: 'False',
    reason: first.reason,
    message: `${message}. What was served before is served on.`,
  };
}

function programmed({ flows }: Plan, dataPlane: DataPlane): ConditionDraft {
  const type = 'Programmed';
  if (dataPlane.configHash === null) {
    return {
      type,
      status: 'Unknown',
      reason: 'NotAccepted',
      message: 'the specification was not accepted, so nothing was passed on to the proxy',
    };
  }
  const refused = dataPlane.pods.flatMap(({ name, status }) => {
    const rejected = status?.rejected;
    if (rejected?.kind !== 'Invalid' || rejected.configHash !== dataPlane.configHash) return [];
    return [`${name}: ${rejected.errors.map(({ path, message }) => `${path}: ${message}`).join('; ')}`];
  });
  if (refused.length > 0) return { type, status: 'False', reason: 'Refused', message: refused.join(' ') };
  const behind = dataPlane.pods.filter((pod) => !servesConfig(pod, dataPlane.configHash));
  if (dataPlane.pods.length === 0 || behind.length > 0) {
    const message =
      dataPlane.pods.length === 0
        ? noPods(dataPlane.desired)
        : behind.map((pod) => describePod(pod, dataPlane)).join('; ');
    return { type, status: 'False', reason: 'Pending', message };
  }
  const unservable = flows.filter((flow) => flow.unservable !== null);
  if (unservable.length > 0) {
    const message = unservable
      .map((flow) => `${flow.frontend.name} is not served: ${flow.unservable}`)
      .join('; ');
    return { type, status: 'False', reason: 'FlowsNotServed', message };
  }
  const notListening = dataPlane.pods.flatMap(({ name, status }) =>
    (status?.frontends ?? [])
      .filter(({ state }) => state === 'Failed')
      .map((failed) => `${name}: ${failed.name}: ${failed.message ?? 'not listening'}`),
  );
  if (notListening.length > 0)
    return { type, status: 'False', reason: 'NotListening', message: notListening.join('; ') };
  return {
    type,
    status: 'True',
    reason: 'Programmed',
    message: `${dataPlane.pods.length} of ${dataPlane.desired} pods serve this configuration`,
  };
}

function noPods(desired: number): string {
  return desired === 0 ? 'workload.replicas is 0, so nothing is served' : `waiting for ${desired} proxy pods`;
}

function describePod(
  { name, status, problem }: DataPlane['pods'][number],
  { configHash }: DataPlane,
): string {
  if (status === null || status.configHash === configHash)
    return `${name}: ${problem ?? 'has not answered yet'}`;
  const waiting = status.rejected?.errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return `${name}: still serves another configuration${waiting === undefined ? '' : ` (${waiting})`}`;
}
