import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { DEFAULT_RATE_LIMITS, createRateLimiter } from './rate-limiter.ts';

describe('createRateLimiter', () => {
  it('doubles the wait of a key with each failure, up to the maximum', () => {
    const limiter = createRateLimiter(new FakeClock());

    const waits = Array.from({ length: 20 }, () => limiter.next('a'));

    expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
    expect(waits.at(-1)).toBe(1_000_000);
  });

  it('counts each key by itself, and from the beginning once it was forgotten', () => {
    const limiter = createRateLimiter(new FakeClock());
    limiter.next('a');
    limiter.next('a');

    expect(limiter.next('b')).toBe(5);
    expect(limiter.retries('a')).toBe(2);

    limiter.forget('a');

    expect(limiter.retries('a')).toBe(0);
    expect(limiter.next('a')).toBe(5);
  });

  it('holds all keys together to a rate, once the burst is used up', async () => {
    const clock = new FakeClock();
    const limits = { ...DEFAULT_RATE_LIMITS, burst: 3, perSecond: 10 };
    const limiter = createRateLimiter(clock, limits);

    const waits = ['a', 'b', 'c', 'd', 'e'].map((key) => limiter.next(key));
    await clock.advance(500);

    expect(waits).toEqual([5, 5, 5, 100, 200]);
    expect(limiter.next('f')).toBe(5);
  });
});
