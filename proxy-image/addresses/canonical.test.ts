import { describe, expect, it } from '@jest/globals';
import { canonicalAddress } from './canonical.ts';

describe('canonicalAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['0:0:0:0:0:FFFF:c000:201', '192.0.2.1'],
    ['::', '::'],
  ])('writes %s as %s', (address, expected) => {
    expect(canonicalAddress(address)).toBe(expected);
  });
});
