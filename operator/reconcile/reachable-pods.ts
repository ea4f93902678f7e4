import { isIP } from 'node:net';
import { isOfTeamOne } from '../api/presets/expand.ts';
import type { Finding } from '../api/status.ts';
import { readApprovedHost } from '../../proxy-image/addresses/approved-host.ts';
import { forwardsOf } from './plan/forward.ts';
import type { Plan } from './plan/types.ts';

/**
 * Routes whose approved names may lead to pods of this cluster. Pods have private addresses, where a company's servers are as well, and nobody
 * tells a pod or this operator which of them the cluster has. Names below a wildcard lead to no private address unless that was said.
 */
export function reachablePods({ flows, proxy: { spec } }: Plan): readonly Finding[] {
  const { mode, egress } = spec.networkPolicy;
  if (mode !== 'Off' && egress === 'BackendsOnly') return [];
  return flows.flatMap(({ frontend }) =>
    forwardsOf(frontend)
      .filter(({ forward }) => forward.refusedAddresses.length === 0 && forward.allowedHosts.some(isOneName))
      .map(({ path }) => ({
        path: `${isOfTeamOne(spec, frontend.name) ? 'spec.teamOne' : path}.refusedAddresses`,
        reason: 'PodsNotRefused',
        message:
          'names in allowedHosts may lead to private addresses, those of the pods of this cluster among them, which the proxy does not know: give their range here (kubectl get nodes -o jsonpath="{.items[*].spec.podCIDRs}", or as your network plugin is set up), or set networkPolicy.egress to BackendsOnly',
      })),
  );
}

function isOneName(host: string): boolean {
  const entry = readApprovedHost(host);
  return entry !== null && !entry.wildcard && isIP(entry.host) === 0;
}
