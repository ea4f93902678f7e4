import type { CertificateReport, TeamworkProxyStatus } from '../../api/status.ts';
import type { EventDraft } from '../../kube/events.ts';

/** An event about a resource. */
export type Notice = Omit<EventDraft, 'regarding'>;

/** What a condition is about, as the action of an event. */
const ACTIONS: Readonly<Record<string, string>> = {
  Accepted: 'Plan',
  AddressesAssigned: 'AssignAddresses',
  Programmed: 'Program',
  BackendsHealthy: 'AskServers',
  Ready: 'Serve',
};

/** Reasons for which a condition is not true while all is well: things take their time. */
const ON_THE_WAY = new Set(['Pending', 'NotAccepted']);

/**
 * What people should see in `kubectl describe`: each problem when it appears, and that all is well again. A condition that is only on its
 * way is no event, `Ready` repeats what the others say, and `CertificatesValid` is told certificate by certificate.
 */
export function noticesOf(
  before: TeamworkProxyStatus | undefined,
  after: TeamworkProxyStatus,
): readonly Notice[] {
  return [
    ...conditionNotices(before, after),
    ...certificateNotices(before, after),
    ...findingNotices(before, after),
    ...addressNotices(before, after),
  ];
}

function conditionNotices(
  before: TeamworkProxyStatus | undefined,
  after: TeamworkProxyStatus,
): readonly Notice[] {
  return (after.conditions ?? []).flatMap(({ type, status, reason, message }): readonly Notice[] => {
    const previous = before?.conditions?.find((condition) => condition.type === type);
    if (previous?.status === status && previous.reason === reason) return [];
    if (type === 'CertificatesValid') return [];
    const action = ACTIONS[type] ?? type;
    if (type === 'Ready') return status === 'True' ? [{ type: 'Normal', reason, action, note: message }] : [];
    if (status === 'True' || ON_THE_WAY.has(reason)) return [];
    return [{ type: 'Warning', reason, action, note: message }];
  });
}

/** What has become worse of a certificate, expiry included, and what was put in its place. */
function certificateNotices(
  before: TeamworkProxyStatus | undefined,
  after: TeamworkProxyStatus,
): readonly Notice[] {
  return (after.certificates ?? []).flatMap((certificate): readonly Notice[] => {
    const previous = before?.certificates?.find(({ name }) => name === certificate.name);
    const { reason, message } = certificate;
    const changed = changedCertificate(previous, certificate);
    if (reason === undefined || (previous?.reason === reason && changed.length === 0)) return changed;
    return [...changed, { type: 'Warning', reason, action: 'ReadCertificates', note: message ?? reason }];
  });
}

function changedCertificate(
  previous: CertificateReport | undefined,
  { name, subject, notAfter, fingerprint }: CertificateReport,
): readonly Notice[] {
  if (previous?.fingerprint === undefined || fingerprint === undefined) return [];
  if (previous.fingerprint === fingerprint) return [];
  const note = `spec.certificates[${name}]: now served: ${subject}, valid until ${notAfter}`;
  return [{ type: 'Normal', reason: 'CertificateChanged', action: 'ReadCertificates', note }];
}

/** Findings for which clients refuse a certificate. */
const REFUSED_BY_CLIENTS = new Set(['IncompleteChain', 'HostnameNotCovered', 'AddressNotCovered']);

/** What is found of certificates and of what they cover: the other findings are about what somebody has just written. */
function findingNotices(
  before: TeamworkProxyStatus | undefined,
  after: TeamworkProxyStatus,
): readonly Notice[] {
  return (after.findings ?? []).flatMap(({ path, reason, message }): readonly Notice[] => {
    const refused = REFUSED_BY_CLIENTS.has(reason);
    if (!refused && !path.startsWith('spec.certificates[')) return [];
    const isTold = before?.findings?.some((one) => one.path === path && one.message === message);
    if (isTold === true) return [];
    const note = `${path}: ${message}`;
    return [{ type: refused ? 'Warning' : 'Normal', reason, action: 'ReadCertificates', note }];
  });
}

/** Addresses that have become others: names in the DNS and clients don't know by themselves. */
function addressNotices(
  before: TeamworkProxyStatus | undefined,
  after: TeamworkProxyStatus,
): readonly Notice[] {
  return (after.frontends ?? []).flatMap(({ name, address }): readonly Notice[] => {
    const previous = before?.frontends?.find((frontend) => frontend.name === name)?.address;
    if (address === undefined || previous === undefined || previous === address) return [];
    const note = `${name} is at ${address} now and was at ${previous}; correct the DNS, and clients that have the address itself`;
    return [{ type: 'Warning', reason: 'AddressChanged', action: 'AssignAddresses', note }];
  });
}
