import { isIPv6 } from 'node:net';
import { rangeMatcher } from './ranges.ts';

/**
 * How far a connection to an address goes. `Public`: into the internet. `Private`: into the networks of whoever runs the proxy. `Near`: to
 * this host and its neighbours, or to what a cloud tells its machines about themselves, where a request that a stranger has aimed does most
 * harm. `Nobody`: it is no single host's.
 */
export type Reach = 'Public' | 'Private' | 'Near' | 'Nobody';

/** IANA's registries of special-purpose addresses (RFC 6890), as of 2026. */
const NOBODY = rangeMatcher([
  '0.0.0.0/8',
  '192.0.0.0/24',
  '192.88.99.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '100::/64',
  '2001::/32',
  '2001:2::/48',
  '2001:10::/28',
  '2001:20::/28',
  '5f00::/16',
  'ff00::/8',
]);

/** Loopback, link-local, and the addresses of metadata services that lie elsewhere: AWS, Azure, Alibaba, Oracle. */
const NEAR = rangeMatcher([
  '127.0.0.0/8',
  '169.254.0.0/16',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '::1/128',
  'fe80::/10',
  'fec0::/10',
  'fd00:ec2::/32',
  'fd20:ce::254/128',
]);

/** RFC 1918, RFC 6598 (carrier-grade NAT), RFC 2544 (benchmarks), RFC 4193; and what is for documentation, so that it is nowhere outside. */
const PRIVATE = rangeMatcher([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '198.18.0.0/15',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  'fc00::/7',
  '2001:db8::/32',
  '3fff::/20',
]);

/** IPv6 addresses that stand for IPv4 ones, and the group that these begin at: NAT64 (RFC 6052), IPv4-compatible, and 6to4 (RFC 3056). */
const EMBEDDING = [
  { matches: rangeMatcher(['64:ff9b::/96', '::/96']), group: 6 },
  { matches: rangeMatcher(['2002::/16']), group: 1 },
];

/** RFC 8215: which part of it holds an IPv4 address is a matter of the network it is used in. */
const LOCAL_NAT64 = rangeMatcher(['64:ff9b:1::/48']);

/** `address` is in its canonical spelling. */
export function reachOf(address: string): Reach {
  // Before those of nobody, as one of them lies in a range of theirs; `::1` is none of the IPv4-compatible ones.
  if (NEAR(address) || LOCAL_NAT64(address)) {
    return 'Near';
  }
  if (NOBODY(address)) {
    return 'Nobody';
  }
  if (PRIVATE(address)) {
    return 'Private';
  }
  const embedded = embeddedIpv4(address);
  return embedded === null ? 'Public' : reachOf(embedded);
}

function embeddedIpv4(address: string): string | null {
  const kind = isIPv6(address) ? EMBEDDING.find(({ matches }) => matches(address)) : undefined;
  if (kind === undefined) {
    return null;
  }
  const bytes = groupsOf(address)
    .slice(kind.group, kind.group + 2)
    .flatMap((group) => [group >> 8, group & 255]);
  return bytes.join('.');
}

/** The eight groups of an IPv6 address that has no IPv4 part in its spelling. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail = ''] = address.split('::');
  const parse = (part: string): readonly number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [parse(head), parse(tail)];
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}
