import { describe, expect, it } from '@jest/globals';
import { confinedCookie } from './cookies.ts';

const PLACE = { base: '/to/tm1.example.com', path: '/api/v1/Cubes', cookies: undefined } as const;

describe('confinedCookie', () => {
  it.each([
    ['a=b; Path=/', 'a=b; Path=/to/tm1.example.com'],
    ['a=b; path=/api', 'a=b; Path=/to/tm1.example.com/api'],
    ['a=b', 'a=b; Path=/to/tm1.example.com/api/v1'],
    ['a=b; Path=', 'a=b; Path=/to/tm1.example.com/api/v1'],
    ['a=b; Path=evil', 'a=b; Path=/to/tm1.example.com/api/v1'],
    ['a=b; Path=/x; Path=/y', 'a=b; Path=/to/tm1.example.com/y'],
    ['a=b;Domain=example.com;HttpOnly;Secure', 'a=b; HttpOnly; Secure; Path=/to/tm1.example.com/api/v1'],
    [
      'a="b=c"; Max-Age=5; SameSite=Lax; Path=/',
      'a="b=c"; Max-Age=5; SameSite=Lax; Path=/to/tm1.example.com',
    ],
    ['a=b; ; PATH = /x ', 'a=b; Path=/to/tm1.example.com/x'],
  ])('%j becomes %j', (value, expected) => {
    expect(confinedCookie(value, PLACE)).toBe(expected);
  });

  it.each([
    ['None', 'a=b; Path=/; SameSite=Lax', 'a=b; Path=/to/tm1.example.com; SameSite=None; Secure'],
    ['None', 'a=b; Path=/; secure', 'a=b; Path=/to/tm1.example.com; SameSite=None; Secure'],
    ['Strict', 'a=b; Path=/; Secure', 'a=b; Secure; Path=/to/tm1.example.com; SameSite=Strict'],
  ] as const)('with SameSite=%s %j becomes %j', (sameSite, value, expected) => {
    expect(confinedCookie(value, { ...PLACE, cookies: { sameSite, partitioned: false } })).toBe(expected);
  });

  it('is kept apart for each site that asks, where that is wanted', () => {
    const cookies = { sameSite: 'None', partitioned: true } as const;

    expect(confinedCookie('a=b; Path=/; Partitioned', { ...PLACE, cookies })).toBe(
      'a=b; Path=/to/tm1.example.com; SameSite=None; Secure; Partitioned',
    );
  });
});
