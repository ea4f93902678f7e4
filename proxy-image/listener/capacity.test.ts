import { describe, expect, it } from '@jest/globals';
import { connectionsByMemory, connectionsByOpenFiles } from './capacity.ts';

const HEAD = 'Limit                     Soft Limit           Hard Limit           Units     \n';

describe('connectionsByOpenFiles', () => {
  it.each([
    ['Max open files            1024                 4096                 files     \n', 384],
    ['Max open files            64                   64                   files     \n', 1],
    [
      'Max open files            unlimited            unlimited            files     \n',
      Number.POSITIVE_INFINITY,
    ],
    ['', Number.POSITIVE_INFINITY],
  ])('reads %j as %d', (line, expected) => {
    expect(connectionsByOpenFiles(HEAD + line)).toBe(expected);
  });

  it('knows the limit of this process where the system tells it', () => {
    expect(connectionsByOpenFiles()).toBeGreaterThan(0);
  });
});

describe('connectionsByMemory', () => {
  it.each([
    [256 * 2 ** 20, 4096],
    [0, 1],
    [-5, 1],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('gives %d bytes room for %d', (bytes, expected) => {
    expect(connectionsByMemory(bytes)).toBe(expected);
  });
});
