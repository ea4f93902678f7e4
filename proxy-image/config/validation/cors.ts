import { isAccessControl, isOrigin } from '../origins.ts';
import type { CorsPolicy } from '../types.ts';
import { field, flag, integer, list, record, report, text } from './decoder.ts';
import type { Draft, Place } from './decoder.ts';
import { isMethod, isToken, MAX_AGE } from './formats.ts';

const token = text('the name of a header field, such as "X-Frame-Options"', isToken);

export const cors = record<CorsPolicy>({
  origins: list(
    text(
      'an origin as browsers write it, such as "https://app.example.com" or "https://*.example.com"',
      isOrigin,
    ),
    1,
  ),
  methods: list(text('a method in upper case, such as "PUT"', isMethod)),
  headers: list(token),
  exposedHeaders: list(token),
  credentials: flag(),
  maxAgeSeconds: integer(0, MAX_AGE, 'seconds'),
});

/** Checks what the lists of the policy can't tell alone. */
export function checkCors(policy: Draft<CorsPolicy> | undefined, place: Place): void {
  const { origins, methods, headers, exposedHeaders, credentials } = policy ?? {};
  if (
    credentials === true &&
    [origins, methods, headers, exposedHeaders].some((list) => list?.includes('*'))
  ) {
    report(field(place, 'credentials'), 'is true: browsers take no "*" then, name what is meant');
  }
}

/** Names that header rules send, where the policy counts. */
export function checkDoubledCors(names: readonly { readonly name: string; readonly where: Place }[]): void {
  for (const { name, where } of names.filter((sent) => isAccessControl(sent.name))) {
    report(where, `is ${name}, which policies.cors makes: remove one of them`);
  }
}
