import { BlockList, isIP } from 'node:net';

const mappedIpv4 = new BlockList();
mappedIpv4.addSubnet('::ffff:0:0', 96, 'ipv6');

/** The CEL function isIP of Kubernetes: an IPv4 or IPv6 address without a zone and not an IPv4 address mapped into IPv6. */
export function isIpAddress(text: string): boolean {
  switch (isIP(text)) {
    case 4:
      return true;
    case 6:
      return !text.includes('%') && !mappedIpv4.check(text, 'ipv6');
    default:
      return false;
  }
}

/** The CEL function isCIDR of Kubernetes: an address as above, a slash and a prefix length; bits behind the prefix may be set. */
export function isAddressRange(text: string): boolean {
  const match = /^(?<address>[^/]+)\/(?<length>0|[1-9][0-9]{0,2})$/.exec(text);
  const { address = '', length = '' } = match?.groups ?? {};
  return isIpAddress(address) && Number(length) <= (isIP(address) === 4 ? 32 : 128);
}
