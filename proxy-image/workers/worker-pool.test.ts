import { describe, expect, it } from '@jest/globals';
import { replaceDelay } from './worker-pool.ts';

describe('replaceDelay', () => {
  it('grows while workers die young and begins anew after a long life', () => {
    const delays: number[] = [];
    for (const lived of [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 60_000, 1]) {
      delays.push(replaceDelay(delays.at(-1) ?? null, lived));
    }

    expect(delays).toEqual([0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 0, 100]);
  });
});
