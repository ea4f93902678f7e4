import { isIPv6 } from 'node:net';

/** The one text form of an address: IPv4 dotted, IPv6 as RFC 5952 has it. The text must be an address. */
export function canonicalAddress(address: string): string {
  // A URL's host is an address in that form, without zone and dotted part.
  return isIPv6(address) ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}

/** An IPv4 address as 4 bytes or an IPv6 address as 16, as certificates hold it (RFC 5280 section 4.2.1.6). The text must be an address. */
export function addressBytes(address: string): Buffer {
  return isIPv6(address) ? ipv6Bytes(address) : Buffer.from(address.split('.').map(Number));
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = canonicalAddress(address).split('::');
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
