import { describe, expect, it } from '@jest/globals';
import { AbuseBudget, type Abuse } from './counts.ts';

/** How many are allowed at once. */
function burst(budget: AbuseBudget, abuse: Abuse): number {
  let count = 0;
  while (budget.spend(abuse)) {
    count += 1;
  }
  return count;
}

describe('AbuseBudget', () => {
  it.each([
    ['ResetByPeer', 1_000],
    ['ResetByUs', 1_000],
    ['Ping', 1_000],
    ['Settings', 1_000],
    ['EmptyData', 1_000],
  ] as const)('allows so many at once: %s %d', (abuse, count) => {
    expect(burst(new AbuseBudget(() => 0), abuse)).toBe(count);
  });

  it('is one for all', () => {
    const budget = new AbuseBudget(() => 0);
    for (let count = 0; count < 500; count += 1) {
      budget.spend('ResetByPeer');
    }

    expect(burst(budget, 'Ping')).toBe(500);
  });

  it('grows again with time, up to where it began', () => {
    let now = 0;
    const budget = new AbuseBudget(() => now);
    burst(budget, 'Ping');

    now += 1_000;
    const after = burst(budget, 'Ping');
    now += 3_600_000;

    expect(after).toBe(32);
    expect(burst(budget, 'Ping')).toBe(1_000);
  });
});
