import { describe, expect, it } from '@jest/globals';
import { readProxyHeader } from './read.ts';
import { writeProxyHeader } from './write.ts';

const PORTS = { sourcePort: 12_345, destinationPort: 443 };

describe('writeProxyHeader', () => {
  it.each([
    ['192.0.2.7', '198.51.100.1', 'PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n'],
    ['2001:db8::7', '2001:db8::1', 'PROXY TCP6 2001:db8::7 2001:db8::1 12345 443\r\n'],
    ['192.0.2.7', '2001:db8::1', 'PROXY TCP6 ::ffff:192.0.2.7 2001:db8::1 12345 443\r\n'],
  ])('writes version 1 from %s to %s', (sourceAddress, destinationAddress, expected) => {
    const header = writeProxyHeader('V1', { sourceAddress, destinationAddress, ...PORTS });

    expect(header.toString('latin1')).toBe(expected);
  });

  it('writes version 2 as the specification has it', () => {
    const ends = { sourceAddress: '192.0.2.7', destinationAddress: '198.51.100.1', ...PORTS };

    expect(writeProxyHeader('V2', ends).toString('hex')).toBe(
      '0d0a0d0a000d0a515549540a2111000cc0000207c6336401303901bb',
    );
  });

  it.each([
    ['192.0.2.7', '198.51.100.1'],
    ['2001:db8::7', '::1'],
    ['::', '1:2:3:4:5:6:7:8'],
    ['fe80::1:0:0:2', '2001:db8::'],
    ['192.0.2.7', '2001:db8::1'],
  ])('is read again as it was written, from %s to %s', (sourceAddress, destinationAddress) => {
    const ends = { sourceAddress, destinationAddress, ...PORTS };

    const readings = (['V1', 'V2'] as const).map((version) =>
      readProxyHeader(writeProxyHeader(version, ends)),
    );

    for (const reading of readings) {
      expect(reading).toMatchObject({ state: 'Complete', header: { kind: 'Proxied', ends } });
    }
  });
});
