import { REFERRER_POLICIES } from '../../../proxy-image/config/referrer-policies.ts';
import { defaulted, object, oneOf, setOf, string } from '../schema/builder.ts';
import { PATTERNS } from './patterns.ts';

const origin = () => string({ pattern: PATTERNS.pageOrigin.pattern, maxLength: 253, minLength: 1 });

/** `policies.securityHeaders`. */
export const securityHeadersSchema = object(
  {
    referrerPolicy: defaulted(
      oneOf(...REFERRER_POLICIES),
      'strict-origin-when-cross-origin',
      'What browsers tell others of the page that they come from (Referrer-Policy).',
    ),
    frames: defaulted(
      oneOf('None', 'SameOrigin', 'Any'),
      'SameOrigin',
      'Which pages may show this one in a frame (X-Frame-Options, and frame-ancestors of Content-Security-Policy). SameOrigin: those of the same origin, and of frameOrigins.',
    ),
    frameOrigins: defaulted(
      setOf(origin(), { maxItems: 16 }),
      [],
      'Other origins whose pages may show this one in a frame. https://*.example.com: all names below it.',
    ),
  },
  [
    {
      rule: "self.frames == 'SameOrigin' || size(self.frameOrigins) == 0",
      message: 'frameOrigins: only with frames SameOrigin are other origins let in beside it; remove them',
    },
  ],
);
