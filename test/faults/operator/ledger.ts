/** What operators have written, by the API server's own account. */
import { type AuditedRequest, isWrite, openAuditLog } from '../../support/audit-log.ts';

export interface Ledger {
  /** Requests to change something in a namespace so far, in their order, whatever became of them; Leases and events are left out. */
  writesIn(namespace: string): readonly AuditedRequest[];
}

/** How many times each object was created and deleted, as `verb resource/name`. */
export type Counts = ReadonlyMap<string, number>;

/** Resources that are written as time goes by, whether anything is to be done or not. */
export const NOT_COUNTED: ReadonlySet<string> = new Set(['leases', 'events']);

/**
 * @param path of the audit log
 * @param people user agent of those who are no operators
 */
export function openLedger(path: string, people: string): Ledger {
  const log = openAuditLog(path, (request) => isOperatorWrite(request, people));
  const byNamespace = new Map<string, AuditedRequest[]>();
  let taken = 0;
  return {
    writesIn(namespace) {
      const added = log.requests(taken);
      taken += added.length;
      for (const request of added) {
        const key = request.objectRef?.namespace ?? '';
        const known = byNamespace.get(key);
        if (known === undefined) byNamespace.set(key, [request]);
        else known.push(request);
      }
      return byNamespace.get(namespace) ?? [];
    },
  };
}

export function countsOf(writes: readonly AuditedRequest[]): Counts {
  const counts = new Map<string, number>();
  for (const write of writes) {
    const verb = effectOf(write);
    if (verb === undefined) continue;
    // Pods are made by others, and have random names.
    const key = `${verb} ${write.objectRef?.resource}/${write.objectRef?.name}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** How two counts differ, in words. */
export function differingCounts(expected: Counts, found: Counts): readonly string[] {
  const keys = new Set([...expected.keys(), ...found.keys()]);
  return [...keys].flatMap((key) => {
    const [wanted, had] = [expected.get(key) ?? 0, found.get(key) ?? 0];
    return wanted === had ? [] : [`${key}: ${had} times instead of ${wanted}`];
  });
}

function effectOf({ verb, responseStatus }: AuditedRequest): string | undefined {
  if (responseStatus?.code === 201) return 'create';
  return verb === 'delete' && responseStatus?.code === 200 ? 'delete' : undefined;
}

function isOperatorWrite(request: AuditedRequest, people: string): boolean {
  const { objectRef, user, userAgent = '' } = request;
  if (!isWrite(request) || NOT_COUNTED.has(objectRef?.resource ?? '')) return false;
  // The control plane has accounts of its own.
  return !user.username.startsWith('system:') && !userAgent.startsWith(people);
}
