import { describe, expect, it } from '@jest/globals';
import type { RateLimitPolicy } from '../../../config/types.ts';
import { halfSipHash } from './half-sip-hash.ts';
import { RateLimiter } from './rate-limiter.ts';
import { RateLimits } from './rate-limits.ts';

/** One request a second, three at once. */
const POLICY: RateLimitPolicy = { requests: 60, windowMs: 60_000, burst: 3, key: 'Source' };

/** Of so many requests at one moment, those that are let through. */
function passing(limiter: RateLimiter, client: string, now: number, requests = 100): number {
  let passed = 0;
  for (let request = 0; request < requests; request += 1) {
    passed += limiter.take(client, now) === 0 ? 1 : 0;
  }
  return passed;
}

describe('halfSipHash', () => {
  const KEY = [0x03020100, 0x07060504] as const;

  // The reference implementation's vectors for 64 bits of output: the key 00 01 02 ..., and no text.
  it('is that of the reference implementation', () => {
    expect({ ...halfSipHash('', KEY) }).toEqual({ low: 0x591f8d21, high: 0xc83cb8b9 });
  });

  it('depends on each character, on their number, and on the key', () => {
    const texts = ['', '\0', '\0\0', 'abcd', 'abce', 'bbcd', 'abcd\0', 'abcde', 'abcdefgh', 'abcdefgi'];
    const hashes = texts.map((text) => JSON.stringify(halfSipHash(text, KEY)));

    expect(new Set(hashes).size).toBe(texts.length);
    expect(JSON.stringify(halfSipHash('abcd', [1, 2]))).not.toBe(hashes[3]);
  });
});

describe('a bucket', () => {
  it('holds the burst, and is filled at the rate', () => {
    const limiter = new RateLimiter(POLICY, 1);

    expect(passing(limiter, 'a', 1_000)).toBe(3);
    expect(limiter.take('a', 1_000)).toBe(1_000);
    expect(limiter.take('a', 1_999)).toBeCloseTo(1);
    expect(passing(limiter, 'a', 2_000)).toBe(1);
    expect(passing(limiter, 'a', 4_000)).toBe(2);
    expect(passing(limiter, 'a', 1_000_000)).toBe(3);
  });

  it('is no emptier for what was refused', () => {
    const limiter = new RateLimiter(POLICY, 1);
    passing(limiter, 'a', 0, 10_000);

    expect(passing(limiter, 'a', 1_000)).toBe(1);
  });

  it('is of one client alone', () => {
    const limiter = new RateLimiter(POLICY, 1);
    passing(limiter, 'a', 0);

    expect(passing(limiter, 'b', 0)).toBe(3);
  });

  it.each([
    [1, 3, 60],
    [2, 2, 30],
    [3, 1, 20],
    [8, 1, 7.5],
  ])('of one of %i workers holds %i, and gets its part', (workers, burst, perMinute) => {
    const limiter = new RateLimiter(POLICY, workers);

    expect(passing(limiter, 'a', 0)).toBe(burst);
    let passed = 0;
    for (let now = 0; now <= 600_000; now += 250) {
      passed += limiter.take('a', now) === 0 ? 1 : 0;
    }
    expect(passed).toBe(perMinute * 10);
  });
});

describe('a flood of clients', () => {
  const FLOOD = 400_000;

  it('gives nobody a full bucket again, neither who is behind it nor anybody else', () => {
    const limiter = new RateLimiter({ ...POLICY, burst: 5 }, 1);
    passing(limiter, 'greedy', 0);

    for (let other = 0; other < FLOOD; other += 1) {
      limiter.take(`10.${other}`, 1);
    }

    expect(passing(limiter, 'greedy', 2)).toBe(0);
  });

  it('gets no more in all than the table would let through', () => {
    const limiter = new RateLimiter(POLICY, 1);
    let passed = 0;
    for (let other = 0; other < FLOOD; other += 1) {
      passed += limiter.take(`10.${other}`, 0) === 0 ? 1 : 0;
    }

    expect(passed).toBeLessThanOrEqual(32_768 * 3);
    expect(passed).toBeGreaterThan(32_768);
  });

  it('is forgotten when its buckets are full', () => {
    const limiter = new RateLimiter(POLICY, 1);
    for (let other = 0; other < FLOOD; other += 1) {
      limiter.take(`10.${other}`, 0);
    }

    expect(passing(limiter, 'late', 3_000)).toBe(3);
  });
});

describe('RateLimits', () => {
  it('keep what is counted over a reload that does not change the limit', () => {
    const limits = new RateLimits(1);
    const first = limits.generation('web')(POLICY, '');

    expect(limits.generation('web')({ ...POLICY }, '')).toBe(first);
    expect(limits.generation('web')(POLICY, '')).toBe(first);
  });

  it('tell frontends, routes and limits apart, and share one within a place', () => {
    const limits = new RateLimits(1);
    const limiterOf = limits.generation('web');
    const first = limiterOf(POLICY, '');

    expect(limiterOf(POLICY, '')).toBe(first);
    expect(limiterOf(POLICY, '/a')).not.toBe(first);
    expect(limiterOf({ ...POLICY, burst: 4 }, '')).not.toBe(first);
    expect(limits.generation('other')(POLICY, '')).not.toBe(first);
  });
});
