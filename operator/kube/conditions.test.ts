import { describe, expect, it } from '@jest/globals';
import { setConditions } from './conditions.ts';
import type { Condition } from './types.ts';

const READY: Condition = {
  type: 'Ready',
  status: 'False',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:00Z',
  reason: 'Pending',
  message: 'waiting for 2 proxy pods',
};

const LATER = { observedGeneration: 2, now: new Date('2026-02-02T02:02:02.222Z') };

describe('setConditions', () => {
  it('gives a condition that is new the time of its observation, in whole seconds', () => {
    const observed = { type: 'Ready', status: 'True', reason: 'Ready', message: '' } as const;

    const conditions = setConditions([], [observed], LATER);

    expect(conditions).toEqual([
      { ...observed, observedGeneration: 2, lastTransitionTime: '2026-02-02T02:02:02Z' },
    ]);
  });

  it.each([
    { desc: 'keeps the time when nothing changed', change: {}, time: READY.lastTransitionTime },
    {
      desc: 'keeps the time when only reason and message changed',
      change: { reason: 'Refused', message: 'web: no' },
      time: READY.lastTransitionTime,
    },
    {
      desc: 'takes the new time when the status changed',
      change: { status: 'True' as const },
      time: '2026-02-02T02:02:02Z',
    },
  ])('$desc', ({ change, time }) => {
    const { type, status, reason, message } = { ...READY, ...change };

    const [condition] = setConditions([READY], [{ type, status, reason, message }], LATER);

    expect(condition).toEqual({ ...READY, ...change, observedGeneration: 2, lastTransitionTime: time });
  });

  it('drops a condition that is not observed any more, and keeps the order of the observation', () => {
    const observed = ['Ready', 'Accepted'].map(
      (type) => ({ type, status: 'True', reason: 'Ok', message: '' }) as const,
    );

    const conditions = setConditions([{ ...READY, type: 'Gone' }], observed, LATER);

    expect(conditions.map(({ type }) => type)).toEqual(['Ready', 'Accepted']);
  });

  it('gives an equal result for an equal observation, so that nothing needs to be written', () => {
    const { type, status, reason, message } = READY;

    const conditions = setConditions([READY], [{ type, status, reason, message }], {
      ...LATER,
      observedGeneration: 1,
    });

    expect(conditions).toEqual([READY]);
  });
});
