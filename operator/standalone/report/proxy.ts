import type { ProxyStatus } from '../../../proxy-image/config/status.ts';
import type { DecidedListener } from '../listen/decide.ts';
import { placeName } from '../listen/decide.ts';
import type { ServedProxy } from '../types.ts';
import { formatFlows } from './flows.ts';
import { remarks } from './remarks.ts';

/** One TeamworkProxy that is served: its flows as a table, then everything that its reader should know. */
export function formatProxy(
  { id, plan, listeners, admin }: ServedProxy,
  problems: readonly string[],
): string {
  const lines = [...problems, ...remarks(plan, listeners)];
  return [
    `TeamworkProxy ${id} is served (status: http://${admin}/status)`,
    formatFlows(plan, listeners),
    ...lines,
    '',
  ].join('\n');
}

/** What the proxy could not listen on, unless that was known before. */
export function failedListeners(
  { frontends }: ProxyStatus,
  listeners: ReadonlyMap<string, DecidedListener>,
): readonly string[] {
  return frontends
    .filter(({ state, name }) => state === 'Failed' && listeners.get(name)?.note === null)
    .map(
      (failed) =>
        `problem: ${failed.name} is not served: can't listen on ${placeName(failed)}: ${failed.message ?? 'unknown reason'}`,
    );
}
