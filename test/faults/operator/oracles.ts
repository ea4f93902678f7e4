/** What has to hold of a run, each by its name; each gives what is wrong, in words that begin with that name. */
import type { AuditedRequest } from '../../support/audit-log.ts';
import { type Counts, countsOf, differingCounts } from './ledger.ts';

/** Requests per second, of all kinds, that an operator may send to a server that is away; there are 11 watches, a Lease, and a start now and then. */
const MOST_PER_SECOND = 5;

export const oracles = {
  /** The end state stays as it is. */
  staysSo: (found: readonly string[]): readonly string[] =>
    found.map((difference) => `staysSo: ${difference}`),

  /** Who has nothing to do writes nothing. */
  noFurtherWrite: (writes: readonly AuditedRequest[]): readonly string[] =>
    writes.map(
      ({ verb, requestURI, responseStatus }) =>
        `noFurtherWrite: ${verb} ${requestURI.split('?')[0]}, answered with ${responseStatus?.code}`,
    ),

  /** Nothing is made, and nothing is removed, more often than without faults. */
  sameCounts: (expected: Counts, writes: readonly AuditedRequest[]): readonly string[] =>
    differingCounts(expected, countsOf(writes)).map((difference) => `sameCounts: ${difference}`),

  /**
   * Who sees the past changes nothing of the present: nothing at all if it is the past of a former resource of the name, else no object but the resource, as its
   * status says what is seen.
   */
  untouched: (before: string, after: string, isOfFormer: boolean): readonly string[] =>
    changed(before, after)
      .filter((object) => isOfFormer || !object.startsWith('TeamworkProxy/'))
      .map((object) => `untouched: ${object}`),

  /** Who can't reach the server does not storm it. */
  boundedRate(requests: number, ms: number): readonly string[] {
    const most = (MOST_PER_SECOND * ms) / 1000;
    return requests <= most ? [] : [`boundedRate: ${requests} requests in ${ms / 1000} s`];
  },
} as const;

/** Objects of which the version is another one, with uid and version. */
function changed(before: string, after: string): readonly string[] {
  const known = new Set(before.split(','));
  return after.split(',').filter((object) => !known.has(object));
}
