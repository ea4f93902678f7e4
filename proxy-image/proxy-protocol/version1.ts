import { isIPv4, isIPv6 } from 'node:net';
import { canonicalAddress } from '../addresses/canonical.ts';
import type { HeaderReading, ProxyHeader } from './types.ts';

/** Of the whole line with its CRLF (section 2.1). */
const MAX_LENGTH = 107;
const LF = 0x0a;
const CR = 0x0d;

/** Reads a header of version 1, one line of text (proxy-protocol.txt section 2.1), from bytes that begin with `PROXY `. */
export function readVersion1(bytes: Buffer): HeaderReading {
  const lineFeed = bytes.subarray(0, MAX_LENGTH).indexOf(LF);
  if (lineFeed === -1) {
    return bytes.length < MAX_LENGTH
      ? { state: 'Incomplete' }
      : malformed(`its line is longer than ${MAX_LENGTH} bytes`);
  }
  if (bytes[lineFeed - 1] !== CR) {
    return malformed('its line does not end with CR and LF');
  }
  const header = readLine(bytes.toString('latin1', 0, lineFeed - 1));
  return header === null
    ? malformed(
        'its line is not "PROXY TCP4" or "PROXY TCP6" with two addresses and two ports, nor "PROXY UNKNOWN"',
      )
    : { state: 'Complete', header, length: lineFeed + 1 };
}

function readLine(line: string): ProxyHeader | null {
  const words = line.split(' ');
  const [, protocol, source = '', destination = ''] = words;
  // What follows UNKNOWN is not to be looked at.
  if (protocol === 'UNKNOWN') {
    return { kind: 'Unknown' };
  }
  const [sourcePort, destinationPort] = words.slice(4).map(readPort);
  if (words.length !== 6 || sourcePort === undefined || destinationPort === undefined) {
    return null;
  }
  const isAddress = ADDRESS_TESTS.get(protocol ?? '');
  if (isAddress === undefined || !isAddress(source) || !isAddress(destination)) {
    return null;
  }
  return {
    kind: 'Proxied',
    ends: {
      sourceAddress: canonicalAddress(source),
      sourcePort,
      destinationAddress: canonicalAddress(destination),
      destinationPort,
    },
    tls: false,
  };
}

const ADDRESS_TESTS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['TCP4', isIPv4],
  ['TCP6', (text: string) => isIPv6(text) && !text.includes('%')],
]);

/** Decimal, 0 to 65535, without leading zeros. */
function readPort(text: string): number | undefined {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

function malformed(reason: string): HeaderReading {
  return { state: 'Malformed', reason };
}
