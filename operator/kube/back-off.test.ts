import { describe, expect, it } from '@jest/globals';
import { backOff } from './back-off.ts';

const LIMITS = { baseMs: 800, maxMs: 30_000 };

describe('backOff', () => {
  it('doubles with each failure, up to the maximum', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 1000].map((failures) =>
      backOff(failures, { ...LIMITS, random: () => 0 }),
    );

    expect(waits).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  });

  it('is up to twice that, so that not all clients come back at once', () => {
    const waits = [0, 0.5, 0.999].map((chance) => backOff(2, { ...LIMITS, random: () => chance }));

    expect(waits).toEqual([1600, 2400, 3198.4]);
  });
});
