import { describe, expect, it } from '@jest/globals';
import type { ConnectionEnds } from '../addresses/ends.ts';
import { crc32c } from './crc32c.ts';
import { readProxyHeader } from './read.ts';
import type { HeaderReading } from './types.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const V4_BLOCK = 'c0000207c6336401303901bb';
const V6_BLOCK = '20010db800000000000000000000000720010db8000000000000000000000001303901bb';
const V4: ConnectionEnds = {
  sourceAddress: '192.0.2.7',
  sourcePort: 12_345,
  destinationAddress: '198.51.100.1',
  destinationPort: 443,
};
const V6: ConnectionEnds = { ...V4, sourceAddress: '2001:db8::7', destinationAddress: '2001:db8::1' };

function text(line: string): Buffer {
  return Buffer.from(line, 'latin1');
}

/** A header of version 2: command, family and block in hex digits. */
function binary(command: string, family: string, block: string): Buffer {
  const length = (block.length / 2).toString(16).padStart(4, '0');
  return Buffer.from(`${SIGNATURE}${command}${family}${length}${block}`, 'hex');
}

function tlv(type: string, value: string): string {
  return `${type}${(value.length / 2).toString(16).padStart(4, '0')}${value}`;
}

/** The IPv4 header with a checksum TLV, right or off by `error`. */
function checksummed(error = 0): Buffer {
  const header = binary('21', '11', `${V4_BLOCK}${tlv('03', '00000000')}`);
  header.writeUInt32BE((crc32c(header) ^ error) >>> 0, header.length - 4);
  return header;
}

function proxied(bytes: Buffer, ends: ConnectionEnds, tls = false): HeaderReading {
  return { state: 'Complete', header: { kind: 'Proxied', ends, tls }, length: bytes.length };
}

const COMPLETE: readonly (readonly [
  desc: string,
  bytes: Buffer,
  reading: (bytes: Buffer) => HeaderReading,
])[] = [
  ['TCP4, version 1', text('PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n'), (bytes) => proxied(bytes, V4)],
  [
    'TCP6, version 1',
    text('PROXY TCP6 2001:DB8:0:0:0:0:0:7 2001:db8::1 12345 443\r\n'),
    (bytes) => proxied(bytes, V6),
  ],
  [
    'IPv4 inside of TCP6',
    text('PROXY TCP6 ::ffff:192.0.2.7 ::ffff:198.51.100.1 12345 443\r\n'),
    (bytes) => proxied(bytes, V4),
  ],
  ['UNKNOWN', text('PROXY UNKNOWN\r\n'), unknown],
  [
    'UNKNOWN with addresses, of the greatest length',
    text(
      'PROXY UNKNOWN ffff:f...f:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff 65535 65535'.padEnd(
        105,
        'x',
      ) + '\r\n',
    ),
    unknown,
  ],
  ['TCP over IPv4, version 2', binary('21', '11', V4_BLOCK), (bytes) => proxied(bytes, V4)],
  ['TCP over IPv6, version 2', binary('21', '21', V6_BLOCK), (bytes) => proxied(bytes, V6)],
  [
    'TLVs: ALPN, padding and SSL with parts',
    binary(
      '21',
      '11',
      `${V4_BLOCK}${tlv('01', '6832')}${tlv('04', '0000')}${tlv('20', `0100000000${tlv('21', '54')}`)}`,
    ),
    (bytes) => proxied(bytes, V4, true),
  ],
  [
    'SSL that was not spoken',
    binary('21', '11', `${V4_BLOCK}${tlv('20', '0600000000')}`),
    (bytes) => proxied(bytes, V4),
  ],
  ['a checksum', checksummed(), (bytes) => proxied(bytes, V4)],
  ['an unspecified family', binary('21', '00', ''), unknown],
  ['a UNIX socket', binary('21', '31', '00'.repeat(216)), unknown],
  ['LOCAL', binary('20', '00', ''), local],
  ['LOCAL with a block that means nothing', binary('20', 'ff', '0102'), local],
];

function unknown({ length }: Buffer): HeaderReading {
  return { state: 'Complete', header: { kind: 'Unknown' }, length };
}

function local({ length }: Buffer): HeaderReading {
  return { state: 'Complete', header: { kind: 'Local' }, length };
}

describe('readProxyHeader', () => {
  it.each(COMPLETE)('reads %s, and none of what follows', (_desc, bytes, reading) => {
    expect(readProxyHeader(Buffer.concat([bytes, text('PROXY TCP4')]))).toEqual(reading(bytes));
  });

  it.each(COMPLETE)('waits for all of %s, wherever it is cut', (_desc, bytes) => {
    for (let length = 0; length < bytes.length; length += 1) {
      expect(readProxyHeader(bytes.subarray(0, length))).toEqual({ state: 'Incomplete' });
    }
  });

  it.each([
    'GET / HTTP/1.1\r\n',
    '\r\n\r\n\r\n',
    'PRI * HTTP/2.0',
    'proxy TCP4',
    'PROXY\tTCP4',
    '\x16\x03\x01',
  ])('knows that %j begins no header', (line) => {
    expect(readProxyHeader(text(line))).toEqual({ state: 'Absent' });
  });

  it.each([
    'PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 12345\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 12345 443 \r\n',
    'PROXY TCP4  192.0.2.7 198.51.100.1 12345 443\r\n',
    'PROXY TCP4 192.0.2.07 198.51.100.1 12345 443\r\n',
    'PROXY TCP4 192.0.2 198.51.100.1 12345 443\r\n',
    'PROXY TCP4 ::1 ::1 12345 443\r\n',
    'PROXY TCP6 192.0.2.7 198.51.100.1 12345 443\r\n',
    'PROXY TCP6 fe80::1%eth0 fe80::1%eth0 12345 443\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 012345 443\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 65536 443\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 -1 443\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 1e3 443\r\n',
    'PROXY UDP4 192.0.2.7 198.51.100.1 12345 443\r\n',
    'PROXY toString 192.0.2.7 198.51.100.1 12345 443\r\n',
    'PROXY \r\n',
    `PROXY ${'x'.repeat(101)}`,
    `PROXY UNKNOWN${'x'.repeat(93)}\r\n`,
  ])('refuses %j', (line) => {
    expect(readProxyHeader(text(line))).toEqual({ state: 'Malformed', reason: expect.any(String) });
  });

  it.each([
    ['another version', binary('11', '11', V4_BLOCK), 'version and command are 0x11'],
    ['another command', binary('22', '11', V4_BLOCK), 'version and command are 0x22'],
    ['an unknown family', binary('21', '41', V4_BLOCK), 'family and protocol are 0x41'],
    ['datagrams', binary('21', '12', V4_BLOCK), 'family and protocol are 0x12'],
    ['too short a block', binary('21', '11', V4_BLOCK.slice(2)), 'leaves no room for the addresses'],
    ['half a TLV', binary('21', '11', `${V4_BLOCK}0100`), 'a TLV reaches beyond its end'],
    ['too long a TLV', binary('21', '11', `${V4_BLOCK}01000300`), 'a TLV reaches beyond its end'],
    ['a wrong checksum', checksummed(1), 'its checksum (CRC32C) is wrong'],
    [
      'a short checksum',
      binary('21', '11', `${V4_BLOCK}${tlv('03', '0000')}`),
      'its checksum (CRC32C) is wrong',
    ],
    [
      'a damaged SSL TLV',
      binary('21', '11', `${V4_BLOCK}${tlv('20', '010000000021')}`),
      'its SSL TLV is damaged',
    ],
  ])('refuses %s', (_desc, bytes, reason) => {
    expect(readProxyHeader(bytes)).toEqual({ state: 'Malformed', reason: expect.stringContaining(reason) });
  });

  it('refuses a header of 64 KiB before it has come', () => {
    const head = Buffer.from(`${SIGNATURE}2111ffff`, 'hex');

    expect(readProxyHeader(head)).toEqual({
      state: 'Malformed',
      reason: 'it is 65551 bytes long; at most 4096 are read',
    });
  });

  it('comes to some reading of every header with one byte changed, and never reads beyond it', () => {
    for (const [, bytes] of COMPLETE) {
      for (let index = 0; index < bytes.length; index += 1) {
        for (const value of [0, 0x0a, 0x20, 0x7f, 0xff]) {
          const changed = Buffer.from(bytes);
          changed[index] = value;

          const reading = readProxyHeader(changed);

          expect(reading.state === 'Complete' ? reading.length : 0).toBeLessThanOrEqual(bytes.length);
        }
      }
    }
  });
});
