import { isIPv4 } from 'node:net';

/**
 * One spelling for each address, as IPv6 has many (RFC 5952); an IPv4 address inside of an IPv6 one (RFC 4291 section 2.5.5.2) is written
 * as IPv4. `address` is one that `isIP` admits, without a zone.
 */
export function canonicalAddress(address: string): string {
  if (isIPv4(address)) {
    return address;
  }
  const compact = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compact);
  if (mapped === null) {
    return compact;
  }
  const bits = mapped.slice(1).map((group) => Number.parseInt(group, 16));
  return bits.flatMap((group) => [group >> 8, group & 255]).join('.');
}
