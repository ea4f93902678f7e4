import { describe, expect, it } from '@jest/globals';
import { formatDuration } from './progress.ts';

describe('formatDuration', () => {
  it.each([
    [840, '0.8 s'],
    [59_940, '59.9 s'],
    [187_400, '3 min 07 s'],
    [3_599_900, '60 min 00 s'],
  ])('%d ms is %s', (milliseconds, expected) => {
    expect(formatDuration(milliseconds)).toBe(expected);
  });
});
