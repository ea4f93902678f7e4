import { describe, expect, it } from '@jest/globals';
import { NO_OPTIONS, readConnection } from './connection-field.ts';

describe('readConnection', () => {
  it.each([
    ['close', { close: true, upgrade: false, names: [] }],
    ['Keep-Alive', { close: false, upgrade: false, names: [] }],
    [', Keep-Alive ,, X-Hop', { close: false, upgrade: false, names: ['x-hop'] }],
    ['keep-alive, Upgrade', { close: false, upgrade: true, names: [] }],
    ['', { close: false, upgrade: false, names: [] }],
    ['X_Under', { close: false, upgrade: false, names: ['x_under'] }],
  ])('reads %j', (value, expected) => {
    expect(readConnection(value, NO_OPTIONS)).toEqual(expected);
  });

  it.each(['a b', 'a;b', '"close"', 'Host', 'content-length', 'Transfer-Encoding'])('refuses %j', (value) => {
    expect(readConnection(value, NO_OPTIONS)).toBeNull();
  });

  it('adds to the fields before', () => {
    const before = { close: true, upgrade: false, names: ['a'] };

    expect(readConnection('b, upgrade', before)).toEqual({ close: true, upgrade: true, names: ['a', 'b'] });
  });
});
