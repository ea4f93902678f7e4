import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyStatus } from '../../../proxy-image/config/status.ts';

/** What became of a configuration. */
export type Outcome =
  | { readonly served: true; readonly status: ProxyStatus }
  | { readonly served: false; readonly message: string };

/** How often the proxy is asked while it is taking a configuration over. */
const INTERVAL_MS = 50;
/** A proxy takes a configuration over within a second; this is for hosts that are very busy. */
const DEADLINE_MS = 30_000;

/** Asks the proxy for its status; null when it does not answer. `admin` is `address:port`. */
export async function readStatus(admin: string): Promise<ProxyStatus | null> {
  try {
    const response = await fetch(`http://${admin}/status`, { signal: AbortSignal.timeout(2000) });
    return response.ok ? ((await response.json()) as ProxyStatus) : null;
  } catch {
    return null;
  }
}

/** Waits until the proxy serves the configuration with this hash, or refuses it, or `failure` tells that it can't. */
export async function waitUntilServed(
  admin: string,
  configHash: string,
  failure: () => string | null,
): Promise<Outcome> {
  const deadline = performance.now() + DEADLINE_MS;
  let last: ProxyStatus | null = null;
  while (performance.now() < deadline) {
    last = await readStatus(admin);
    if (last?.configHash === configHash) return { served: true, status: last };
    if (last?.rejected?.kind === 'Invalid' && last.rejected.configHash === configHash) {
      return { served: false, message: `the proxy refuses the configuration: ${describe(last)}` };
    }
    const failed = failure();
    if (failed !== null) return { served: false, message: failed };
    await sleep(INTERVAL_MS);
  }
  const reason =
    last === null
      ? `its status page at http://${admin}/status does not answer`
      : describe(last) || `it is ${last.phase.toLowerCase()}`;
  return {
    served: false,
    message: `the proxy did not take the configuration over within ${DEADLINE_MS / 1000} s: ${reason}`,
  };
}

function describe({ rejected }: ProxyStatus): string {
  return (rejected?.errors ?? []).map(({ path, message }) => `${path}: ${message}`).join('; ');
}
