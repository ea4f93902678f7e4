import { describe, expect, it } from '@jest/globals';
import { assignPorts } from './ports.ts';

describe('assignPorts', () => {
  it.each([
    ['numbers new frontends from the first port', ['a', 'b'], {}, { a: 10_001, b: 10_002 }],
    ['keeps what a frontend has, wherever it stands', ['c', 'b'], { b: 10_002 }, { b: 10_002, c: 10_001 }],
    [
      'gives the port of a removed frontend to a new one',
      ['b', 'c'],
      { a: 10_001, b: 10_002 },
      { b: 10_002, c: 10_001 },
    ],
    [
      'gives one port to one frontend, whatever was there',
      ['a', 'b'],
      { a: 10_005, b: 10_005 },
      { a: 10_005, b: 10_001 },
    ],
  ])('%s', (_, frontends, current, expected) => {
    const assigned = assignPorts(frontends, new Map(Object.entries(current)));

    expect(Object.fromEntries(assigned)).toEqual(expected);
  });
});
