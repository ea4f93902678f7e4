import { describe, expect, it } from '@jest/globals';
import { RetryBudget } from './retry-budget.ts';

function takeAll(budget: RetryBudget, now: number): number {
  let taken = 0;
  while (budget.take(now)) {
    taken += 1;
  }
  return taken;
}

describe('RetryBudget', () => {
  it('has a reserve at first', () => {
    expect(takeAll(new RetryBudget(0), 0)).toBe(20);
  });

  it('gains one retry with five requests', () => {
    const budget = new RetryBudget(0);
    takeAll(budget, 0);

    for (let request = 0; request < 51; request += 1) {
      budget.earn();
    }

    expect(takeAll(budget, 0)).toBe(10);
  });

  it('gains ten retries in a second, up to its reserve', () => {
    const budget = new RetryBudget(0);
    takeAll(budget, 0);

    const second = takeAll(budget, 1_000);
    const hour = takeAll(budget, 3_600_000);

    expect([second, hour]).toEqual([10, 20]);
  });

  it('does not save up more than a hundred', () => {
    const budget = new RetryBudget(0);

    for (let request = 0; request < 10_000; request += 1) {
      budget.earn();
    }

    expect(takeAll(budget, 3_600_000)).toBe(100);
  });
});
