import type { RoutePoliciesSpec } from '../../api/spec/policies.ts';
import type { Finding } from '../../api/status.ts';
import { milliseconds } from '../units.ts';

const DAY = 24 * 3_600_000;

/** What of `rateLimit` can't work. `path` is where the policies stand. */
export function unusableRateLimit(policies: RoutePoliciesSpec | undefined, path: string): readonly Finding[] {
  const per = policies?.rateLimit?.per;
  if (per === undefined || (milliseconds(per) >= 1_000 && milliseconds(per) <= DAY)) return [];
  return [
    {
      path: `${path}.rateLimit.per`,
      reason: 'UnusableDuration',
      message: `${per} can't be kept; give a time from 1s to 24h`,
    },
  ];
}
