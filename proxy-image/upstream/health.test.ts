import { describe, expect, it } from '@jest/globals';
import { Health } from './health.ts';

describe('Health', () => {
  it('knows nothing at first', () => {
    const health = new Health();

    expect(health.state).toBe('Unknown');
    expect(health.avoided(0)).toBe(false);
  });

  it('avoids a server after a failure, for a while', () => {
    const health = new Health();

    health.failed(0, 'refused');

    expect(health).toMatchObject({ state: 'Down', message: 'refused' });
    expect(health.avoided(999)).toBe(true);
    expect(health.avoided(1_000)).toBe(false);
  });

  it('waits longer after each failure, up to half a minute', () => {
    const health = new Health();
    const waits: number[] = [];

    for (let failure = 0; failure < 8; failure += 1) {
      health.failed(0, 'refused');
      waits.push([1, 2, 4, 8, 16, 30, 31].find((seconds) => !health.avoided(seconds * 1_000)) ?? Infinity);
    }

    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('lets one attempt find out whether the server is back', () => {
    const health = new Health();
    health.failed(0, 'refused');

    health.attempting(1_000);

    expect(health.avoided(1_001)).toBe(true);
  });

  it('forgets failures when an attempt succeeds', () => {
    const health = new Health();
    const before = health.succeeded();
    health.failed(0, 'refused');

    const back = health.succeeded();

    expect([before, back]).toEqual([false, true]);
    expect(health).toMatchObject({ state: 'Up', message: undefined });
    expect(health.avoided(1)).toBe(false);
  });
});
