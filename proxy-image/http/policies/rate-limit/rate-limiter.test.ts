import { describe, expect, it } from '@jest/globals';
import type { RateLimitPolicy } from '../../../config/types.ts';
import { halfSipHash } from './half-sip-hash.ts';
import { RateLimiter } from './rate-limiter.ts';
import { RateLimits } from './rate-limits.ts';

/** One request a second, three at once. */
const POLICY: RateLimitPolicy = { requests: 60, windowMs: 60_000, burst: 3, key: 'Source' };

function limiterOf(policy: RateLimitPolicy, onSpent: (() => void) | null = null): RateLimiter {
  return new RateLimiter(policy, { key: [1, 2], onSpent });
}

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
    const limiter = limiterOf(POLICY);

    expect(passing(limiter, 'a', 1_000)).toBe(3);
    expect(limiter.take('a', 1_000)).toBe(1_000);
    expect(limiter.take('a', 1_999)).toBeCloseTo(1);
    expect(passing(limiter, 'a', 2_000)).toBe(1);
    expect(passing(limiter, 'a', 4_000)).toBe(2);
    expect(passing(limiter, 'a', 1_000_000)).toBe(3);
  });

  it('is no emptier for what was refused', () => {
    const limiter = limiterOf(POLICY);
    passing(limiter, 'a', 0, 10_000);

    expect(passing(limiter, 'a', 1_000)).toBe(1);
  });

  it('is of one client alone', () => {
    const limiter = limiterOf(POLICY);
    passing(limiter, 'a', 0);

    expect(passing(limiter, 'b', 0)).toBe(3);
  });
});

describe('a bucket that several processes share', () => {
  /** Two limiters, and what each has to tell the other. */
  function pair(policy = POLICY) {
    const limiters = [limiterOf(policy, () => undefined), limiterOf(policy, () => undefined)] as const;
    return {
      limiters,
      exchange: (now: number): void => {
        const [first, second] = limiters.map((limiter) => limiter.drain());
        if (first) limiters[1].spentElsewhere(first, now);
        if (second) limiters[0].spentElsewhere(second, now);
      },
    };
  }

  it('gives all of it to a client of one of them', () => {
    const { limiters } = pair();

    expect(passing(limiters[0], 'a', 0)).toBe(3);
  });

  it('is as empty in the other one as soon as that is told', () => {
    const { limiters, exchange } = pair();
    passing(limiters[0], 'a', 0);

    exchange(0);

    expect(passing(limiters[1], 'a', 0)).toBe(0);
    expect(passing(limiters[1], 'b', 0)).toBe(3);
    expect(passing(limiters[1], 'a', 1_000)).toBe(1);
  });

  it('lets no more through over time than one process would, wherever a client comes', () => {
    const { limiters, exchange } = pair();
    let passed = 0;
    for (let now = 0; now < 600_000; now += 50) {
      passed += limiters[0].take('a', now) === 0 ? 1 : 0;
      passed += limiters[1].take('a', now) === 0 ? 1 : 0;
      if (now % 100 === 0) exchange(now);
    }

    // The burst in each of them at first, of which one is taken back later.
    expect(passed).toBeGreaterThanOrEqual(600);
    expect(passed).toBeLessThanOrEqual(600 + 2 * 3);
  });

  it('is told of once', () => {
    const { limiters } = pair();
    limiters[0].take('a', 0);

    expect(limiters[0].drain()).toHaveLength(3);
    expect(limiters[0].drain()).toBeNull();
  });

  it('is told of as many clients as fit, in a flood', () => {
    const { limiters } = pair();
    for (let client = 0; client < 10_000; client += 1) limiters[0].take(`10.${client}`, 0);

    expect(limiters[0].drain()).toHaveLength(3 * 2_048);
  });

  it('is not told of where there is one process', () => {
    const limiter = limiterOf(POLICY);
    limiter.take('a', 0);

    expect(limiter.drain()).toBeNull();
  });
});

describe('a flood of clients', () => {
  const FLOOD = 400_000;

  it('gives nobody a full bucket again, neither who is behind it nor anybody else', () => {
    const limiter = limiterOf({ ...POLICY, burst: 5 });
    passing(limiter, 'greedy', 0);

    for (let other = 0; other < FLOOD; other += 1) {
      limiter.take(`10.${other}`, 1);
    }

    expect(passing(limiter, 'greedy', 2)).toBe(0);
  });

  it('gets no more in all than the table would let through', () => {
    const limiter = limiterOf(POLICY);
    let passed = 0;
    for (let other = 0; other < FLOOD; other += 1) {
      passed += limiter.take(`10.${other}`, 0) === 0 ? 1 : 0;
    }

    expect(passed).toBeLessThanOrEqual(32_768 * 3);
    expect(passed).toBeGreaterThan(32_768);
  });

  it('is forgotten when its buckets are full', () => {
    const limiter = limiterOf(POLICY);
    for (let other = 0; other < FLOOD; other += 1) {
      limiter.take(`10.${other}`, 0);
    }

    expect(passing(limiter, 'late', 3_000)).toBe(3);
  });
});

describe('RateLimits', () => {
  it('keep what is counted over a reload that does not change the limit', () => {
    const limits = new RateLimits(null);
    const first = limits.generation('web')(POLICY, '');

    expect(limits.generation('web')({ ...POLICY }, '')).toBe(first);
    expect(limits.generation('web')(POLICY, '')).toBe(first);
  });

  it('tell frontends, routes and limits apart, and share one within a place', () => {
    const limits = new RateLimits(null);
    const source = limits.generation('web');
    const first = source(POLICY, '');

    expect(source(POLICY, '')).toBe(first);
    expect(source(POLICY, '/a')).not.toBe(first);
    expect(source({ ...POLICY, burst: 4 }, '')).not.toBe(first);
    expect(limits.generation('other')(POLICY, '')).not.toBe(first);
  });
});
