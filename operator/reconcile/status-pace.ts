import { isDeepStrictEqual } from 'node:util';
import type { TeamworkProxyStatus } from '../api/status.ts';

/** Least time between two writes of a status when something matters, in milliseconds: what comes within a moment becomes one write. */
const PAUSE_MS = 250;

/** The same where only words or numbers change, such as what pods wait for while they start. */
const PAUSE_FOR_WORDS_MS = 1000;

/**
 * How long a status has to wait until it is written, in milliseconds, so that a resource that comes into being is not a dozen writes.
 *
 * @param before what was written last
 * @param since how long ago that was, in milliseconds; infinite if it is not known
 */
export function waitBeforeWriting(
  before: TeamworkProxyStatus | undefined,
  after: TeamworkProxyStatus,
  since: number,
): number {
  // A clock that was set back says nothing.
  if (before === undefined || since < 0) return 0;
  const pause = isDeepStrictEqual(essence(before), essence(after)) ? PAUSE_FOR_WORDS_MS : PAUSE_MS;
  return Math.max(0, pause - since);
}

/** What tools and people act on. */
function essence({ conditions = [], dataPlane, ...rest }: TeamworkProxyStatus): unknown {
  return JSON.parse(
    JSON.stringify({
      ...rest,
      backends: undefined,
      conditions: conditions.map(({ type, status, reason }) => ({ type, status, reason })),
      configHash: dataPlane?.configHash,
    }),
  );
}
