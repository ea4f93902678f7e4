import { describe, expect, it } from '@jest/globals';
import type { TeamworkProxyStatus } from '../api/status.ts';
import type { Pod } from '../kube/types.ts';
import { nextLook } from './next-look.ts';

const SINCE = '2026-11-29T10:00:00Z';

/** A pod that has an address, so that it can be asked. */
const POD: Pod = { apiVersion: 'v1', kind: 'Pod', status: { podIP: '10.0.0.1' } };

/** Seconds until the next look, so many seconds after the given conditions have become what they are. */
function seconds(
  conditions: Readonly<Record<string, 'True' | 'False' | 'ObjectRefused'>>,
  pods: readonly Pod[],
  after = 60,
): number {
  const status: TeamworkProxyStatus = {
    conditions: Object.entries(conditions).map(([type, value]) => ({
      type,
      status: value === 'True' ? 'True' : 'False',
      reason: value,
      message: '',
      lastTransitionTime: SINCE,
    })),
  };
  return nextLook(status, { now: new Date(Date.parse(SINCE) + after * 1000), pods }) / 1000;
}

describe('nextLook', () => {
  it.each([
    ['at once while pods take over a change', { Programmed: 'False' } as const, [POD], 0, 0.25],
    ['less often the longer they take', { Programmed: 'False' } as const, [POD], 16, 1],
    ['every five seconds when they should have', { Programmed: 'False' } as const, [POD], 60, 5],
    ['soon while there is no address', { AddressesAssigned: 'False' } as const, [], 0, 1],
    ['every five seconds while servers are down', { BackendsHealthy: 'False' } as const, [POD], 60, 5],
    ['every fifteen seconds when all is well', { Programmed: 'True' } as const, [POD], 60, 15],
    ['seldom where no pod can be asked', { Programmed: 'False' } as const, [], 60, 300],
    [
      'every fifteen seconds at what the API server refuses, also where there is no pod',
      { Accepted: 'ObjectRefused', Programmed: 'False' } as const,
      [],
      60,
      15,
    ],
  ])('comes back %s', (_, conditions, pods, after, expected) => {
    expect(seconds(conditions, pods, after)).toBe(expected);
  });
});
