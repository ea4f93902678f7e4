import { describe, expect, it } from '@jest/globals';
import { percentile } from './percentile.ts';

describe('percentile', () => {
  it.each([
    { share: 0.5, of: [3, 1, 2], is: 2 },
    { share: 0.5, of: [4, 1, 2, 3], is: 2 },
    { share: 0.99, of: [1, 2, 3], is: 3 },
    { share: 0.99, of: [7], is: 7 },
  ])('$share of $of is $is', ({ share, of, is }) => {
    expect(percentile(of, share)).toBe(is);
  });

  it('is none of nothing', () => {
    expect(() => percentile([], 0.5)).toThrow('no percentile');
  });
});
