import { describe, expect, it } from '@jest/globals';
import { ratio, type Round, type Sample } from './rounds.ts';
import { spreadOf } from './statistics.ts';

function round(proxy: number, haproxy: number, nginx: number): Round {
  const sample = (cost: number): Sample => ({ cost, rate: 1, utilisation: 1, resumed: null });
  return { proxy: sample(proxy), haproxy: sample(haproxy), nginx: sample(nginx) };
}

describe('ratio', () => {
  it('is taken within each round, however dear the round was for all', () => {
    const rounds = [round(2, 1, 4), round(30, 10, 10), round(100, 100, 100)];

    expect(ratio(rounds, 'proxy', 'haproxy')).toEqual({ median: 2, min: 1, max: 3 });
    expect(ratio(rounds, 'proxy', 'nginx')).toEqual({ median: 1, min: 0.5, max: 3 });
  });
});

describe('spreadOf', () => {
  it.each([
    [[5], { median: 5, min: 5, max: 5 }],
    [[3, 1, 2], { median: 2, min: 1, max: 3 }],
    [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }],
  ])('of %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });
});
