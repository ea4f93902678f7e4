import { isIP } from 'node:net';
import type { BackendSpec } from '../../api/spec/backend.ts';
import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type { TeamworkProxySpec } from '../../api/spec/spec.ts';
import type { Finding } from '../../api/status.ts';
import { readApprovedHost } from '../../../proxy-image/addresses/approved-host.ts';
import { forwardsOf } from './forward.ts';

/** A NetworkPolicy knows no names, so it would keep the pods from servers with a name whose ranges are not given. */
export function egressRefusals(
  frontends: readonly FrontendSpec[],
  backends: readonly BackendSpec[],
  { networkPolicy: { mode, egress, egressRanges } }: TeamworkProxySpec,
): readonly Finding[] {
  if (mode === 'Off' || egress === 'Open' || egressRanges.length > 0) return [];
  const hosts = backends.flatMap(({ service, servers }) =>
    service === undefined ? servers.map(({ host }) => host) : [],
  );
  const forwarded = frontends.flatMap(forwardsOf).flatMap(({ forward }) => forward.allowedHosts);
  const names = [
    ...hosts.filter((host) => isIP(host) === 0),
    ...forwarded.filter((host) => isIP(readApprovedHost(host)?.host ?? '') === 0),
  ];
  if (names.length === 0) return [];
  return [
    {
      path: 'spec.networkPolicy.egressRanges',
      reason: 'EgressUnknown',
      message: `a NetworkPolicy knows addresses only, and ${[...new Set(names)].join(', ')} are names; give the ranges that they are in, or set egress: Open`,
    },
  ];
}
