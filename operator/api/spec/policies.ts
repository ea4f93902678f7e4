import {
  boolean,
  defaulted,
  listByKey,
  listOf,
  object,
  oneOf,
  optional,
  required,
  setOf,
} from '../schema/builder.ts';
import type { CelRule, Infer } from '../schema/builder.ts';
import { corsSchema } from './cors.ts';
import { rateLimitSchema } from './rate-limit.ts';
import { requireHttpsSchema } from './require-https.ts';
import { requestFilterSchema } from './request-filter.ts';
import { securityHeadersSchema } from './security-headers.ts';
import { cidr, duration, fieldName, fieldValue } from './scalars.ts';

const MAX_RULES = { maxItems: 16 };

const NOT_HSTS: CelRule = {
  rule: "self.lowerAscii() != 'strict-transport-security'",
  message: 'must not be Strict-Transport-Security: give policies.hsts, so that it is sent exactly once',
};

const NOT_SET_COOKIE: CelRule = {
  rule: "self.lowerAscii() != 'set-cookie'",
  message: "must not be Set-Cookie, which would take the servers' cookies away: give it in add",
};

const rules: readonly CelRule[] = [
  {
    rule: '!self.set.map(s, s.name.lowerAscii()).exists(s, s in self.remove.map(r, r.lowerAscii()))',
    message:
      'remove: one of these fields is in set, too, which takes the place of what was there; give it in one of them',
  },
];

function line(...rules: readonly CelRule[]) {
  return object({
    name: required(fieldName(...rules), 'Name of the field. Upper and lower case are the same.'),
    value: required(fieldValue(), 'Its value, as it is sent.'),
  });
}

const requestRules = object(
  {
    set: defaulted(
      listByKey('name', line(), MAX_RULES),
      [],
      'Fields that the server gets with this value alone, whatever the client sends.',
    ),
    add: defaulted(
      listOf(line(), MAX_RULES),
      [],
      'Fields that the server gets beside those of the same name that the client sends.',
    ),
    remove: defaulted(setOf(fieldName(), MAX_RULES), [], 'Fields that the server does not get.'),
  },
  rules,
);

const responseRules = object(
  {
    set: defaulted(
      listByKey('name', line(NOT_HSTS, NOT_SET_COOKIE), MAX_RULES),
      [],
      'Fields that the client gets with this value alone, whatever the server sends.',
    ),
    add: defaulted(
      listOf(line(NOT_HSTS), MAX_RULES),
      [],
      'Fields that the client gets beside those of the same name that the server sends.',
    ),
    remove: defaulted(
      setOf(fieldName(), MAX_RULES),
      [],
      "Fields of the server that the client does not get. The proxy's own, such as its sticky cookie, stay.",
    ),
  },
  rules,
);

const headers = object({
  request: optional(requestRules, 'What servers get beyond, or in place of, what the client sends.'),
  response: optional(responseRules, 'What clients get beyond, or in place of, what the server sends.'),
});

/** RFC 6797 gives no bound; this is the year that the lists which browsers ship with ask for. */
const PRELOAD_AGE = '8760h';

const hsts = object(
  {
    maxAge: defaulted(
      duration(),
      PRELOAD_AGE,
      'How long a browser keeps to HTTPS after each answer; whole seconds. 0s: it forgets what it was told.',
    ),
    includeSubDomains: defaulted(boolean(), false, 'Whether all names below this one are meant, too.'),
    preload: defaulted(
      boolean(),
      false,
      'Whether browsers may have the name in the list that they ship with, which is hard to take back. Needs includeSubDomains and a year of maxAge.',
    ),
  },
  [
    {
      rule: `!self.preload || (self.includeSubDomains && duration(self.maxAge) >= duration('${PRELOAD_AGE}'))`,
      message: `preload: browsers take a name into their list only with includeSubDomains: true and maxAge of at least ${PRELOAD_AGE}`,
    },
  ],
);

const FORWARDED =
  'By which fields servers are told of the client. XForwarded: X-Forwarded-For, -Host, -Port and -Proto. Both: these, and Forwarded (RFC 7239). What clients themselves send under these names is removed; what trustedSources send is extended.';

const sources = object({
  allow: defaulted(
    setOf(cidr(), { maxItems: 32 }),
    [],
    'Ranges that clients may ask from; others are answered with 403. Empty: all.',
  ),
  deny: defaulted(
    setOf(cidr(), { maxItems: 32 }),
    [],
    'Ranges that are answered with 403, whatever allow says.',
  ),
});

/** Policies that are the same for frontends and routes. */
const general = {
  cors: optional(
    corsSchema,
    "Pages of other origins that may read responses (CORS). The proxy answers preflights itself, and replaces what servers say of other origins. Default: servers answer for themselves. A route has its own in place of its frontend's.",
  ),
  sources: optional(
    sources,
    "From which addresses clients may ask. Behind trustedSources it is the address that they tell in X-Forwarded-For, or else in Forwarded. Default: from all that may connect. A route has its own in place of its frontend's.",
  ),
  rateLimit: optional(
    rateLimitSchema,
    "How many requests a client may make; more are answered with 429. Default: as many as there is room for. A route has its own in place of its frontend's; the routes that have none share the frontend's.",
  ),
  securityHeaders: optional(
    securityHeadersSchema,
    "Fields that make browsers careful: X-Content-Type-Options: nosniff, Referrer-Policy, and who may show a page in a frame. Fields that headers names for responses are left to it. Default: what the server sends. A route has its own in place of its frontend's.",
  ),
  requestFilter: optional(
    requestFilterSchema,
    "Which requests servers are meant to get; others are answered by the proxy. Default: all that are sound. A route has its own in place of its frontend's.",
  ),
};

/** What a route may have of its own; a policy that it has counts in place of its frontend's. */
export const routePoliciesSchema = object({
  headers: optional(
    headers,
    "Header fields that are set, added and removed, after hop-by-hop fields have been removed and the proxy's own were made. A route adds to the rules of its frontend; where both name a field, the route's rule counts.",
  ),
  forwarded: optional(oneOf('XForwarded', 'Both'), `${FORWARDED} Default: what the frontend has.`),
  ...general,
});

const whole = {
  headers: optional(
    headers,
    'Header fields that are set, added and removed in all requests and responses, answers of the proxy itself included.',
  ),
  forwarded: optional(oneOf('XForwarded', 'Both'), `${FORWARDED} Default: XForwarded.`),
  ...general,
  hsts: optional(
    hsts,
    'HTTPS, and HTTP with requireHttps: browsers are told to come by HTTPS alone (RFC 6797), by one Strict-Transport-Security field in every response; one that a server sends is replaced. Default: what the server sends.',
  ),
};

/** What a frontend with HTTPS may have: what routes may, for all that has nothing else, and what counts for a host as a whole. */
export const httpsPoliciesSchema = object(whole);

/** What any frontend with HTTP or HTTPS may have. */
export const frontendPoliciesSchema = object({
  ...whole,
  requireHttps: optional(
    requireHttpsSchema,
    'HTTP behind a load balancer that ends TLS: what becomes of requests that have not come to it by HTTPS. That they have is believed of trustedSources, in X-Forwarded-Proto or Forwarded, and of PROXY headers. Default: they are served.',
  ),
});

export type FrontendPoliciesSpec = Infer<typeof frontendPoliciesSchema>;
export type RoutePoliciesSpec = Infer<typeof routePoliciesSchema>;
export type HeaderRulesSpec = Infer<typeof headers>;
