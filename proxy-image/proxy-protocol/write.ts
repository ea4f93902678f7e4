import { isIPv4 } from 'node:net';
import type { ConnectionEnds } from '../addresses/ends.ts';
import type { ProxyProtocolVersion } from '../config/types.ts';

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const LOCAL = 0x20;
const PROXY = 0x21;
const TCP4 = 0x11;
const TCP6 = 0x21;

/** The PROXY header that tells a server whose connection it is (proxy-protocol.txt sections 2.1 and 2.2). */
export function writeProxyHeader(version: ProxyProtocolVersion, ends: ConnectionEnds): Buffer {
  const isV4 = isIPv4(ends.sourceAddress) && isIPv4(ends.destinationAddress);
  return version === 'V1' ? writeVersion1(ends, isV4) : writeVersion2(ends, isV4);
}

/** The header of a connection that the proxy makes for itself, such as a health check. */
export function writeOwnHeader(version: ProxyProtocolVersion): Buffer {
  return version === 'V1'
    ? Buffer.from('PROXY UNKNOWN\r\n', 'latin1')
    : Buffer.concat([SIGNATURE, Buffer.from([LOCAL, 0, 0, 0])]);
}

function writeVersion1(ends: ConnectionEnds, isV4: boolean): Buffer {
  const [source, destination] = isV4
    ? [ends.sourceAddress, ends.destinationAddress]
    : [ends.sourceAddress, ends.destinationAddress].map(mapped);
  const family = isV4 ? 'TCP4' : 'TCP6';
  const line = `PROXY ${family} ${source} ${destination} ${ends.sourcePort} ${ends.destinationPort}\r\n`;
  return Buffer.from(line, 'latin1');
}

function writeVersion2(ends: ConnectionEnds, isV4: boolean): Buffer {
  const pack = isV4 ? packIpv4 : packIpv6;
  const addresses = Buffer.concat([pack(ends.sourceAddress), pack(ends.destinationAddress)]);
  const head = Buffer.from([PROXY, isV4 ? TCP4 : TCP6, 0, addresses.length + 4]);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(ends.sourcePort, 0);
  ports.writeUInt16BE(ends.destinationPort, 2);
  return Buffer.concat([SIGNATURE, head, addresses, ports]);
}

/** Both addresses of a header are of one family: where they differ, IPv4 is written inside of IPv6. */
function mapped(address: string): string {
  return isIPv4(address) ? `::ffff:${address}` : address;
}

function packIpv4(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

function packIpv6(address: string): Buffer {
  const compact = new URL(`http://[${mapped(address)}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = compact.split('::').map(groupsOf);
  const zeros = '0000'.repeat(8 - (head.length + tail.length) / 4);
  return Buffer.from(`${head}${compact.includes('::') ? zeros : ''}${tail}`, 'hex');
}

/** The groups of a part of an IPv6 address as four hex digits each. */
function groupsOf(part: string): string {
  return part === ''
    ? ''
    : part
        .split(':')
        .map((group) => group.padStart(4, '0'))
        .join('');
}
