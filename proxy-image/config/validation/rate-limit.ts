import type { RateLimitPolicy } from '../types.ts';
import { field, integer, oneOf, optional, record, report, text } from './decoder.ts';
import type { Draft, Place } from './decoder.ts';
import { isToken } from './formats.ts';

const DAY = 24 * 3_600_000;

export const rateLimit = record<RateLimitPolicy>({
  requests: integer(1, 1_000_000),
  windowMs: integer(1_000, DAY, 'milliseconds'),
  burst: integer(1, 1_000_000),
  key: oneOf('Source', 'Header', 'Cookie'),
  name: optional(text('the name of a header field or a cookie, such as "X-Api-Key"', isToken)),
});

/** Checks what the fields of the policy can't tell alone. */
export function checkRateLimit(policy: Draft<RateLimitPolicy> | undefined, place: Place): void {
  if (policy?.key === 'Source' && policy.name !== undefined) {
    report(field(place, 'name'), 'is not used with key "Source": remove it');
  }
  if ((policy?.key === 'Header' || policy?.key === 'Cookie') && !('name' in policy)) {
    report(field(place, 'name'), `is missing: with key "${policy.key}" give a name`);
  }
}
