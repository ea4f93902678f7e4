import { describe, expect, it } from '@jest/globals';
import { NameMap } from './names.ts';

const map = new NameMap([
  { names: ['a.test', '*.wild.test'], value: 'first' },
  { names: ['a.test', 'b.test', 'exact.wild.test'], value: 'second' },
  { names: ['*.sub.wild.test'], value: 'third' },
]);

describe('NameMap', () => {
  it.each([
    ['a.test', 'first'],
    ['A.Test', 'first'],
    ['a.test.', 'first'],
    ['b.test', 'second'],
    ['x.wild.test', 'first'],
    ['exact.wild.test', 'second'],
    ['x.sub.wild.test', 'third'],
    ['x.y.wild.test', undefined],
    ['wild.test', undefined],
    ['*.wild.test', 'first'],
    ['.wild.test', undefined],
    ['test', undefined],
    ['', undefined],
    ['__proto__', undefined],
    ['a'.repeat(300), undefined],
  ])('finds for %j %j', (name, expected) => {
    expect(map.find(name)).toBe(expected);
  });
});
