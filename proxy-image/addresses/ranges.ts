import { BlockList, isIP, isIPv6 } from 'node:net';

/** Tells whether an address is in one of the ranges (CIDR, or single addresses). */
export function rangeMatcher(ranges: readonly string[]): (address: string) => boolean {
  if (ranges.length === 0) {
    return () => false;
  }
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    list.addSubnet(network, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  // A connection that is gone already has no address, which BlockList would throw on.
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
