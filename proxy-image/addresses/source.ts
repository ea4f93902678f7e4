import { isIPv6 } from 'node:net';

/**
 * What counts as one source of connections: an IPv4 address, or the /64 network of an IPv6 one, from which one host can take as many
 * addresses as it likes (RFC 7934).
 */
export function sourceOf(address: string): string {
  if (!isIPv6(address)) {
    return address;
  }
  const [head = '', tail = ''] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const missing = address.includes('::') ? 8 - first.length - (tail === '' ? 0 : tail.split(':').length) : 0;
  const groups = [...first, ...Array.from({ length: missing }, () => '0'), ...tail.split(':')];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
