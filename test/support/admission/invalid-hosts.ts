import { layer4, shorthand } from './manifests.ts';
import type { RuleCase } from './types.ts';

const IP_ADDRESS = 'must be an IPv4 or IPv6 address, such as 192.0.2.10';
const ADDRESS_RANGE = 'must be an address range in CIDR notation, such as 192.0.2.0/24';
const HOST_ALONE = 'must be a DNS name or an IP address alone; a port does not belong here';

/** Addresses and hosts that a CEL rule refuses. */
export const invalidHosts: readonly RuleCase[] = [
  ...['twc.example.com', '192.0.2', '192.0.2.256', '192.0.02.1', 'fe80::1%eth0', '::ffff:192.0.2.1'].map(
    (address) => ({
      desc: `address ${address}`,
      spec: layer4({ loadBalancer: { address } }),
      refused: ['spec.frontends[0].loadBalancer.address', IP_ADDRESS] as const,
    }),
  ),
  ...[
    '192.0.2.0',
    '192.0.2/24',
    '192.0.2.0/33',
    '192.0.2.0/024',
    '192.0.2.0/+8',
    '2001:db8::/129',
    'fe80::%eth0/64',
    '::ffff:192.0.2.0/120',
  ].map((range) => ({
    desc: `address range ${range}`,
    spec: layer4({ loadBalancer: { sourceRanges: [range] } }),
    refused: ['spec.frontends[0].loadBalancer.sourceRanges[0]', ADDRESS_RANGE] as const,
  })),
  {
    desc: 'a port in the host of a server',
    spec: layer4({}, { servers: [{ host: 'twc-0:10002', port: 10002 }] }),
    refused: ['spec.backends[0].servers[0].host', HOST_ALONE],
  },
  {
    desc: 'a port in the host of the licence server',
    spec: shorthand({ licenseServer: { host: '192.0.2.1:1101' } }),
    refused: ['spec.teamworkCloud.licenseServer.host', HOST_ALONE],
  },
];
