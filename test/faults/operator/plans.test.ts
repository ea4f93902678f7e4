import { expect, it } from '@jest/globals';
import { allPlans, groupOf, sample } from './plans.ts';

const EVENT = { resource: 'services', type: 'ADDED', name: 'twc-web', nth: 1 };
const RECORDING = { writes: 40, reads: 60, watches: 11, events: [EVENT, { ...EVENT, nth: 2 }], steps: 4 };

it('has every fault at every write, and a name of its own for every plan', () => {
  const plans = allPlans(RECORDING);

  expect(new Set(plans.map(({ id }) => id)).size).toBe(plans.length);
  for (const fault of ['CrashBefore', 'CrashAfter', 'LoseReply', 409, 503])
    expect(plans.filter((plan) => groupOf(plan) === `Write ${fault}`)).toHaveLength(40);
});

it('takes a sample from every group, spread over all occurrences', () => {
  const plans = allPlans(RECORDING);

  const some = sample(plans, 120);

  expect(new Set(some.map(groupOf))).toEqual(new Set(plans.map(groupOf)));
  const writes = some.flatMap((plan) => (plan.kind === 'Write' ? [plan.nth] : []));
  expect(Math.min(...writes)).toBeLessThan(10);
  expect(Math.max(...writes)).toBeGreaterThan(25);
});
