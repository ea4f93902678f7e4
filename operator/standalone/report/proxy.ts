import type { ProxyStatus } from '../../../proxy-image/config/status.ts';
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

/** What the proxy could not listen on. */
export function failedListeners({ frontends }: ProxyStatus): readonly string[] {
  return frontends
    .filter(({ state }) => state === 'Failed')
    .map((failed) => {
      const place = placeName(failed);
      return `problem: ${failed.name} is not served: the proxy can't listen on ${place} (${failed.message ?? 'no reason given'}); if another program does, stop it`;
    });
}
