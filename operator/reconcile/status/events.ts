import type { TeamworkProxyStatus } from '../../api/status.ts';
import type { EventDraft } from '../../kube/events.ts';

type Notice = Omit<EventDraft, 'regarding'>;

/** What a condition is about, as the action of an event. */
const ACTIONS: Readonly<Record<string, string>> = {
  Accepted: 'Plan',
  CertificatesValid: 'ReadCertificates',
  AddressesAssigned: 'AssignAddresses',
  Programmed: 'Program',
  BackendsHealthy: 'AskServers',
  Ready: 'Serve',
};

/** Reasons for which a condition is not true while all is well: things take their time. */
const ON_THE_WAY = new Set(['Pending', 'NotAccepted']);

/**
 * What people should see in `kubectl describe`: each problem when it appears, and that all is well again. A condition that is only on its
 * way is no event, and `Ready` repeats what the others say.
 */
export function noticesOf(
  before: TeamworkProxyStatus | undefined,
  after: TeamworkProxyStatus,
): readonly Notice[] {
  return (after.conditions ?? []).flatMap(({ type, status, reason, message }): readonly Notice[] => {
    const previous = before?.conditions?.find((condition) => condition.type === type);
    if (previous?.status === status && previous.reason === reason) return [];
    const action = ACTIONS[type] ?? type;
    if (type === 'Ready') return status === 'True' ? [{ type: 'Normal', reason, action, note: message }] : [];
    if (status === 'True' || ON_THE_WAY.has(reason)) return [];
    return [{ type: 'Warning', reason, action, note: message }];
  });
}
