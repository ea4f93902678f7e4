import { describe, expect, it } from '@jest/globals';
import { rangeMatcher } from './ranges.ts';

describe('rangeMatcher', () => {
  it.each([
    ['10.1.2.3', true],
    ['11.1.2.3', false],
    ['192.0.2.1', true],
    ['192.0.2.2', false],
    ['2001:db8::5', true],
    ['2001:db9::5', false],
    ['', false],
  ])('%s: %s', (address, expected) => {
    const matches = rangeMatcher(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32']);

    expect(matches(address)).toBe(expected);
  });

  it('holds nobody where nobody is named', () => {
    expect(rangeMatcher([])('127.0.0.1')).toBe(false);
  });
});
