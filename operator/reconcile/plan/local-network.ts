import { BlockList, isIP } from 'node:net';
import { isOfTeamOne, isOfTeamworkCloud } from '../../api/presets/expand.ts';
import type { TeamworkProxySpec } from '../../api/spec/spec.ts';
import type { Finding } from '../../api/status.ts';
import { isHttp } from './public-name.ts';
import type { Flow } from './types.ts';

/** What browsers take for the local network (WICG Local Network Access): private, carrier-grade NAT and link-local ranges. */
const LOCAL_RANGES = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
];

const local = new BlockList();
for (const range of LOCAL_RANGES) {
  const [address = '', length] = range.split('/');
  local.addSubnet(address, Number(length), isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/**
 * HTTP flows on local addresses: a page of a public site that calls one makes the browser ask its user first. Teamwork Cloud's own pages call their own
 * address, so the flows of its shorthand are left out.
 */
export function localNetworkFindings(
  flows: readonly Flow[],
  { spec, addresses }: { readonly spec: TeamworkProxySpec; readonly addresses: ReadonlyMap<string, string> },
): readonly Finding[] {
  return flows.flatMap(({ frontend: { name, protocol, loadBalancer } }) => {
    const address = addresses.get(name) ?? loadBalancer.address;
    if (!isHttp(protocol) || address === undefined || !isLocal(address) || isOfTeamworkCloud(spec, name))
      return [];
    return [
      {
        path: isOfTeamOne(spec, name) ? 'spec.teamOne.address' : `spec.frontends[${name}].loadBalancer`,
        reason: 'LocalNetworkAddress',
        message: `${address} is an address of a local network: Chrome from version 142 on asks its user before a page of a public site, such as Google Sheets, may call it. Use a public address, or have the browsers' administrators allow it by policy`,
      },
    ];
  });
}

/** Whether an address belongs to a local network; a host name does not tell. */
export function isLocal(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && local.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
