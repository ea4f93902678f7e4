import { isOrigin } from '../origins.ts';
import { REFERRER_POLICIES } from '../referrer-policies.ts';
import type { SecurityHeadersPolicy } from '../types.ts';
import { field, list, oneOf, record, report, text } from './decoder.ts';
import type { Draft, Place } from './decoder.ts';

export const securityHeaders = record<SecurityHeadersPolicy>({
  referrerPolicy: oneOf(...REFERRER_POLICIES),
  frames: oneOf('None', 'SameOrigin', 'Any'),
  frameOrigins: list(
    text(
      'an origin as browsers write it, such as "https://app.example.com"',
      (value) => isOrigin(value) && value !== '*',
    ),
  ),
});

/** Checks what the fields of the policy can't tell alone. */
export function checkSecurityHeaders(policy: Draft<SecurityHeadersPolicy> | undefined, place: Place): void {
  const named = policy?.frameOrigins?.length ?? 0;
  if (named > 0 && (policy?.frames === 'None' || policy?.frames === 'Any')) {
    report(field(place, 'frameOrigins'), `is not used with frames "${policy.frames}": remove it`);
  }
}
