import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../types.ts';
import { claim, giveBack, observe, standing } from './lease-record.ts';

const NOW = new Date('2026-01-01T00:00:10.500Z');

function lease(spec: Lease['spec'], resourceVersion = '1'): Lease {
  return {
    metadata: { name: 'operator', uid: 'uid-1', resourceVersion },
    ...(spec === undefined ? {} : { spec }),
  };
}

const THEIRS = lease({ holderIdentity: 'them', leaseDurationSeconds: 15, leaseTransitions: 3 });

describe('observe', () => {
  it('keeps the time of the first observation for as long as nothing changes', () => {
    const first = observe(undefined, THEIRS, 1000);

    expect(observe(first, structuredClone(THEIRS), 9000)).toBe(first);
  });

  it.each([
    { desc: 'it was renewed', seen: lease(THEIRS.spec, '2') },
    { desc: 'it was created anew', seen: { ...THEIRS, metadata: { ...THEIRS.metadata, uid: 'uid-2' } } },
  ])('counts anew when $desc', ({ seen }) => {
    const first = observe(undefined, THEIRS, 1000);

    expect(observe(first, seen, 9000)).toEqual({ lease: seen, since: 9000 });
  });
});

describe('standing', () => {
  it.each([
    {
      desc: 'we hold it',
      spec: { holderIdentity: 'us', leaseDurationSeconds: 15 },
      age: 60_000,
      expected: 'Ours',
    },
    { desc: 'nobody does', spec: { holderIdentity: '', leaseDurationSeconds: 15 }, age: 0, expected: 'Free' },
    { desc: 'it is empty', spec: undefined, age: 0, expected: 'Free' },
    { desc: 'another may still renew it', spec: THEIRS.spec, age: 14_999, expected: 'Held' },
    { desc: 'another has not renewed it for too long', spec: THEIRS.spec, age: 15_000, expected: 'Free' },
    {
      desc: 'its times say it is old, but we have just seen it: clocks differ',
      spec: { ...THEIRS.spec, renewTime: '1999-01-01T00:00:00.000000Z' },
      age: 0,
      expected: 'Held',
    },
  ])('is $expected when $desc', ({ spec, age, expected }) => {
    expect(standing({ lease: lease(spec), since: 1000 }, 'us', 1000 + age)).toBe(expected);
  });
});

describe('claim', () => {
  const time = '2026-01-01T00:00:10.500000Z';

  it.each([
    {
      desc: 'a Lease that is new',
      before: undefined,
      expected: { acquireTime: time, leaseTransitions: 0 },
    },
    {
      desc: 'one that was ours',
      before: lease({
        holderIdentity: 'us',
        acquireTime: '2025-01-01T00:00:00.000000Z',
        leaseTransitions: 3,
      }),
      expected: { acquireTime: '2025-01-01T00:00:00.000000Z', leaseTransitions: 3 },
    },
    {
      desc: "another's",
      before: THEIRS,
      expected: { acquireTime: time, leaseTransitions: 4 },
    },
  ])('of $desc', ({ before, expected }) => {
    const spec = claim(before, 'us', { leaseDuration: 15_000, now: NOW });

    expect(spec).toEqual({ holderIdentity: 'us', leaseDurationSeconds: 15, renewTime: time, ...expected });
  });
});

describe('giveBack', () => {
  it('leaves a Lease that is free at once', () => {
    const spec = giveBack(
      lease({ holderIdentity: 'us', leaseDurationSeconds: 15, leaseTransitions: 3 }),
      NOW,
    );

    expect(spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 3 });
    expect(standing({ lease: lease(spec), since: 0 }, 'them', 0)).toBe('Free');
  });
});
