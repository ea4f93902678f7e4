import { describe, expect, it } from '@jest/globals';
import { isAddressRange, isIpAddress } from './network.ts';

describe('isIpAddress', () => {
  it.each(['192.0.2.10', '0.0.0.0', '::', '2001:db8::1', '2001:DB8:0:0:0:0:0:1', '::192.0.2.1'])(
    'takes %s',
    (text) => {
      expect(isIpAddress(text)).toBe(true);
    },
  );

  it.each([
    '',
    '192.0.2',
    '192.0.2.256',
    '192.0.02.1',
    ' 192.0.2.1',
    'fe80::1%eth0',
    '::ffff:192.0.2.1',
    '::ffff:c000:201',
  ])('refuses "%s"', (text) => {
    expect(isIpAddress(text)).toBe(false);
  });
});

describe('isAddressRange', () => {
  it.each(['192.0.2.0/24', '192.0.2.1/24', '0.0.0.0/0', '192.0.2.1/32', '2001:db8::/32', '::/0', '::1/128'])(
    'takes %s',
    (text) => {
      expect(isAddressRange(text)).toBe(true);
    },
  );

  it.each([
    '192.0.2.0',
    '192.0.2.0/',
    '/24',
    '192.0.2.0/33',
    '192.0.2.0/024',
    '192.0.2.0/24/1',
    '2001:db8::/129',
    '::ffff:192.0.2.0/120',
  ])('refuses "%s"', (text) => {
    expect(isAddressRange(text)).toBe(false);
  });
});
