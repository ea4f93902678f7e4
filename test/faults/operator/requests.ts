/** Which requests of an operator are counted, so that a plan finds the same one in every run. */
import type { ApiFaultProxy, SeenEvent, SeenRequest } from '../../support/api-fault-proxy.ts';
import { resourceOfPath } from '../../support/api-fault-proxy/types.ts';
import { NOT_COUNTED } from './ledger.ts';
import type { EventId, Recording } from './plans.ts';

export type Counted = 'Write' | 'Read' | 'Watch';

/** What a request is counted as; undefined for those that time alone brings about. */
export function countedAs({ method, path, isWatch }: SeenRequest): Counted | undefined {
  if (NOT_COUNTED.has(resourceOfPath(path))) return undefined;
  if (method !== 'GET') return 'Write';
  return isWatch ? 'Watch' : 'Read';
}

/** What identifies an event of a watch in every run, but for how many came before it. */
export function kindOfEvent({ resource, type, name }: SeenEvent): Omit<EventId, 'nth'> {
  return { resource, type, name: resource === 'pods' ? '*' : name };
}

/** What a run had. */
export function recordingOf({ requests, events }: ApiFaultProxy, steps: number): Recording {
  const counts = Map.groupBy(requests, countedAs);
  const count = (kind: Counted) => counts.get(kind)?.length ?? 0;
  const seen = new Map<string, number>();
  const ids = events.map((event) => {
    const id = kindOfEvent(event);
    const key = JSON.stringify(id);
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return { ...id, nth };
  });
  return { writes: count('Write'), reads: count('Read'), watches: count('Watch'), events: ids, steps };
}
