import { describe, expect, it } from '@jest/globals';
import { CheckTally } from './tally.ts';
import type { CheckVerdict } from './types.ts';

const THRESHOLDS = { healthyThreshold: 2, unhealthyThreshold: 3 };
const UP: CheckVerdict = { up: true };
const DOWN: CheckVerdict = { up: false, message: 'refused' };

/** The verdict after each of the results, `+` for a check that passed and `-` for one that failed. */
function verdicts(results: string): string {
  const tally = new CheckTally();
  return Array.from(results, (result) => {
    tally.record(result === '+' ? UP : DOWN, THRESHOLDS);
    return tally.verdict?.up === true ? '+' : '-';
  }).join('');
}

describe('CheckTally', () => {
  it('knows nothing before the first check', () => {
    expect(new CheckTally().verdict).toBeUndefined();
  });

  it.each([
    ['the first check decides', '+', '+'],
    ['the first check decides', '-', '-'],
    ['a server goes down after three failures in a row', '+---', '+++-'],
    ['a success in between begins the count anew', '+--+---', '++++++-'],
    ['a server comes back after two successes in a row', '-++', '--+'],
    ['a failure in between begins the count anew', '-+-++', '----+'],
  ])('%s: %s', (_, results, expected) => {
    expect(verdicts(results)).toBe(expected);
  });

  it('tells of another verdict and of another reason, and of nothing else', () => {
    const tally = new CheckTally();
    const results: readonly CheckVerdict[] = [DOWN, DOWN, { up: false, message: 'late' }, UP, UP, UP, DOWN];

    const told = results.map((result) => tally.record(result, THRESHOLDS));

    expect(told).toEqual([true, false, true, false, true, false, false]);
  });
});
