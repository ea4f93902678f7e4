import { setImmediate as turn } from 'node:timers/promises';
import { parseRequests } from '../support/http/messages.ts';
import type { RecordingUpstream } from '../support/http/recording-upstream.ts';

/** Waits until every connection on which half a request has arrived is closed, or for so long that it will stay open. */
export async function quiet(upstream: RecordingUpstream): Promise<void> {
  const giveUpAt = performance.now() + 2_000;
  // On loopback what was written has arrived; it is read within a turn or two of the event loop.
  for (let turns = 0; turns < 4 || (isWaiting(upstream) && performance.now() < giveUpAt); turns += 1) {
    await turn();
  }
}

function isWaiting(upstream: RecordingUpstream): boolean {
  return upstream.connections().some(({ bytes, ended }) => !ended && parseRequests(bytes).rest !== 'Empty');
}
