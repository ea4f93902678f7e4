import { describe, expect, it } from '@jest/globals';
import { misdirectedAmong } from './misdirected.ts';

const misdirected = misdirectedAmong([
  { names: ['default.test', '*.apps.test'] },
  { names: ['other.test', 'own.apps.test'] },
]);

describe('misdirectedAmong', () => {
  it.each([
    ['default.test', 'default.test', false],
    ['default.test', 'other.test', true],
    ['other.test', 'default.test', true],
    ['other.test', 'own.apps.test', false],
    ['a.apps.test', 'b.apps.test', false],
    // Another certificate would be chosen for this host, but the one at hand covers it as well: clients may come by either.
    ['a.apps.test', 'own.apps.test', false],
    ['own.apps.test', 'a.apps.test', true],
    // What none covers gets the first certificate, and was perhaps never verified.
    ['unknown.test', 'default.test', false],
    ['unknown.test', 'other.test', true],
    ['other.test', 'unknown.test', false],
    ['other.test', '192.0.2.1', false],
    [null, 'other.test', false],
  ])('of a client that asked for %s and wants %s is %s', (serverName, host, expected) => {
    expect(misdirected?.(serverName, host)).toBe(expected);
  });

  it('has nothing to say for one certificate', () => {
    expect(misdirectedAmong([{ names: ['default.test'] }])).toBeNull();
  });
});
