import { describe, expect, it } from '@jest/globals';
import { judge } from './jest-result.ts';
import type { JestResult } from './jest-result.ts';

/** A run of which these are the tests, by name. */
function ran(tests: Readonly<Record<string, 'passed' | 'failed' | 'pending'>>, broken = 0): JestResult {
  const statuses = Object.values(tests);
  const count = (wanted: string): number => statuses.filter((status) => status === wanted).length;
  return {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending'),
    numRuntimeErrorTestSuites: broken,
    testResults: [
      {
        name: 'a.test.ts',
        assertionResults: Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
      },
    ],
  };
}

describe('the verdict of a run', () => {
  it('is the line that runners read', () => {
    expect(judge(ran({ a: 'passed', b: 'passed' }), true)).toEqual({
      line: '2 passed, 0 failed',
      failed: 0,
      skipped: [],
    });
  });

  it('counts suites that could not run as failed', () => {
    expect(judge(ran({ a: 'failed' }, 2), true)).toMatchObject({ line: '0 passed, 3 failed', failed: 3 });
  });

  it('says how many were skipped', () => {
    expect(judge(ran({ a: 'passed', b: 'pending' }), true)).toEqual({
      line: '1 passed, 0 failed, 1 skipped',
      failed: 0,
      skipped: [],
    });
  });

  it('is a failure where none may be skipped, and names them', () => {
    expect(judge(ran({ a: 'passed', 'b (skipped: no curl)': 'pending' }), false)).toEqual({
      line: '1 passed, 1 failed, 1 skipped',
      failed: 1,
      skipped: ['b (skipped: no curl)'],
    });
  });
});
