import { describe, expect, it } from '@jest/globals';
import type { TeamworkProxyStatus } from '../api/status.ts';
import { waitBeforeWriting } from './status-pace.ts';

const before: TeamworkProxyStatus = {
  observedGeneration: 1,
  addresses: '192.0.2.1',
  conditions: [
    {
      type: 'Programmed',
      status: 'False',
      reason: 'Pending',
      message: 'twc-1: ContainerCreating',
      lastTransitionTime: '2026-11-24T12:00:00Z',
    },
  ],
  backends: [{ name: 'rest', servers: 2, up: 2 }],
  dataPlane: { configHash: 'a', desired: 2, serving: 0 },
};

function programmed(change: object): Partial<TeamworkProxyStatus> {
  return { conditions: before.conditions?.map((one) => ({ ...one, ...change })) ?? [] };
}

describe('waitBeforeWriting', () => {
  it.each([
    ['a generation', { observedGeneration: 2 }],
    ['an address', { addresses: '192.0.2.2' }],
    ['a status', programmed({ status: 'True' })],
    ['a reason', programmed({ reason: 'Refused' })],
    ['a configuration', { dataPlane: { configHash: 'b', desired: 2, serving: 0 } }],
  ])('is a quarter of a second at most for %s', (_, change) => {
    const after = { ...before, ...change };

    expect([0, 100, 250, 9999].map((since) => waitBeforeWriting(before, after, since))).toEqual([
      250, 150, 0, 0,
    ]);
  });

  it.each([
    ['what a pod waits for', programmed({ message: 'twc-1: PodInitializing' })],
    ['how many pods serve', { dataPlane: { configHash: 'a', desired: 2, serving: 1 } }],
    ['how many servers are up', { backends: [{ name: 'rest', servers: 2, up: 1 }] }],
  ])('is a second at most for %s', (_, change) => {
    const after = { ...before, ...change };

    expect([0, 250, 1000].map((since) => waitBeforeWriting(before, after, since))).toEqual([1000, 750, 0]);
  });

  it('is nothing for the first status, or when the clock was set back', () => {
    expect(waitBeforeWriting(undefined, before, Number.POSITIVE_INFINITY)).toBe(0);
    expect(waitBeforeWriting(before, { ...before, addresses: '' }, -3_600_000)).toBe(0);
  });
});
