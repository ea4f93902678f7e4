import { defaulted, integer, object, oneOf, optional, required, string } from '../schema/builder.ts';
import { PATTERNS } from './patterns.ts';
import { duration } from './scalars.ts';

/** `policies.rateLimit`. */
export const rateLimitSchema = object(
  {
    requests: required(
      integer(1, 1_000_000),
      'Requests that one client may make in the time that per says; more are answered with 429. Of each pod, over all of its workers.',
    ),
    per: defaulted(duration(), '1m', 'The time that requests counts for, from 1s to 24h.'),
    burst: optional(
      integer(1, 1_000_000),
      'Requests that a client may make at once, after it has made none for a while. Default: as many as requests.',
    ),
    key: defaulted(
      oneOf('Source', 'Header', 'Cookie'),
      'Source',
      'What tells clients apart. Source: the address; behind trustedSources the one that they tell in X-Forwarded-For, or else in Forwarded; of IPv6 the /64 network. Header, Cookie: a value; requests without one are told apart by their address.',
    ),
    name: optional(
      string({ pattern: PATTERNS.fieldName.pattern, maxLength: 64, minLength: 1 }),
      'Name of the header field or the cookie.',
    ),
  },
  [
    {
      rule: "(self.key == 'Source') == !has(self.name)",
      message: 'name: give the name of the field or cookie with key Header or Cookie, and none with Source',
    },
  ],
);
