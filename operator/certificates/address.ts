import { isIPv6 } from 'node:net';

/** An IPv4 address as 4 bytes or an IPv6 address as 16, as certificates hold it (RFC 5280 section 4.2.1.6). The text must be an address. */
export function addressBytes(address: string): Buffer {
  return isIPv6(address) ? ipv6Bytes(address) : Buffer.from(address.split('.').map(Number));
}

function ipv6Bytes(address: string): Buffer {
  // A URL's host is the address without zone, compressed, and never with a dotted IPv4 part.
  const compressed = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = compressed.split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...before, ...zeros, ...after].entries())
    bytes.writeUInt16BE(group, index * 2);
  return bytes;
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
