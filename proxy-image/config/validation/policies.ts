import { cookiesAdded } from '../added-cookies.ts';
import type {
  BackendConfig,
  FrontendConfig,
  FrontendPolicies,
  HeaderField,
  HeaderRules,
  HeadersPolicy,
  HstsConfig,
  RequireHttpsPolicy,
  RoutePolicies,
} from '../types.ts';
import { checkCors, checkDoubledCors, cors } from './cors.ts';
import { checkRateLimit, rateLimit } from './rate-limit.ts';
import { requestFilter } from './request-filter.ts';
import { checkSecurityHeaders, securityHeaders } from './security-headers.ts';
import { sources } from './sources.ts';
import { field, flag, integer, item, list, oneOf, optional, record, report, text } from './decoder.ts';
import type { Draft, Place } from './decoder.ts';
import { isFieldValue, isRuledField, MAX_AGE } from './formats.ts';

const fieldName = text(
  'the name of a header field that rules may touch, such as "X-Frame-Options"',
  isRuledField,
);

const fieldLine = record<HeaderField>({
  name: fieldName,
  value: text('one line of printable ASCII without blanks at its ends', isFieldValue),
});

const headerRules = record<HeaderRules>({
  set: list(fieldLine),
  add: list(fieldLine),
  remove: list(fieldName),
});

const headers = record<HeadersPolicy>({ request: optional(headerRules), response: optional(headerRules) });

const hsts = record<HstsConfig>({
  maxAgeSeconds: integer(0, MAX_AGE, 'seconds'),
  includeSubDomains: flag(),
  preload: flag(),
});

const requireHttps = record<RequireHttpsPolicy>({
  action: oneOf('Redirect', 'Refuse'),
  redirectPort: integer(1, 65_535),
  tlsPorts: list(integer(1, 65_535)),
});

const forwarded = oneOf('XForwarded', 'Both');

const anywhere = {
  headers: optional(headers),
  forwarded: optional(forwarded),
  cors: optional(cors),
  requestFilter: optional(requestFilter),
  sources: optional(sources),
  rateLimit: optional(rateLimit),
  securityHeaders: optional(securityHeaders),
};

export const routePolicies = record<RoutePolicies>(anywhere);

export const frontendPolicies = record<FrontendPolicies>({
  ...anywhere,
  hsts: optional(hsts),
  requireHttps: optional(requireHttps),
});

/** Policies that stand at one place. */
interface Scope {
  readonly policies: Draft<RoutePolicies> | undefined;
  /** Of other places, that count for the same requests. */
  readonly others: readonly (Draft<RoutePolicies> | undefined)[];
  /** Where the requests may go. */
  readonly backends: Backends;
  readonly place: Place;
}

/** Checks what the policies of a frontend and its routes can't tell alone. */
export function checkPolicies(
  frontend: Draft<FrontendConfig>,
  backends: ReadonlyMap<string, Draft<BackendConfig>>,
  place: Place,
): void {
  const { backend, policies, routes = [] } = frontend;
  const where = field(place, 'policies');
  checkProtocol(frontend, where);
  checkScope({
    policies,
    others: routes.map((route) => route?.policies),
    backends: [backend, ...routes.map((route) => route?.backend)].map((name) => backends.get(name ?? '')),
    place: where,
  });
  for (const [index, route] of routes.entries()) {
    checkScope({
      policies: route?.policies,
      others: [policies],
      backends: [backends.get(route?.backend ?? '')],
      place: field(item(field(place, 'routes'), index), 'policies'),
    });
  }
}

function checkScope({ policies, others, backends, place }: Scope): void {
  const headersPlace = field(place, 'headers');
  checkHeaders(policies?.headers, backends, headersPlace);
  checkCors(policies?.cors, field(place, 'cors'));
  checkRateLimit(policies?.rateLimit, field(place, 'rateLimit'));
  checkSecurityHeaders(policies?.securityHeaders, field(place, 'securityHeaders'));
  if ([policies, ...others].some((counting) => counting?.cors !== undefined)) {
    checkDoubledCors(sentNames(policies?.headers?.response, field(headersPlace, 'response')));
  }
}

function checkProtocol({ protocol, policies }: Draft<FrontendConfig>, place: Place): void {
  if (policies !== undefined && (protocol === 'TCP' || protocol === 'TLS')) {
    report(place, `is not used with protocol ${protocol}: remove it, or set protocol to HTTP or HTTPS`);
  }
  if (policies?.hsts !== undefined && protocol === 'HTTP' && policies.requireHttps === undefined) {
    report(
      field(place, 'hsts'),
      'is not used with protocol HTTP: remove it, set protocol to HTTPS, or give requireHttps, as browsers believe it over TLS alone',
    );
  }
  if (policies?.requireHttps !== undefined && protocol === 'HTTPS') {
    report(
      field(place, 'requireHttps'),
      'is not used with protocol HTTPS, where all requests come by HTTPS: remove it',
    );
  }
}

type Backends = readonly (Draft<BackendConfig> | undefined)[];

function checkHeaders(policy: Draft<HeadersPolicy> | undefined, backends: Backends, place: Place): void {
  checkRules(policy?.request, field(place, 'request'));
  checkRules(policy?.response, field(place, 'response'));
  checkResponse(policy?.response, backends, field(place, 'response'));
}

function checkRules(rules: Draft<HeaderRules> | undefined, place: Place): void {
  const seen = new Map<string, Place>();
  for (const { name, where } of [...setNames(rules, place), ...removedNames(rules, place)]) {
    const first = seen.get(name.toLowerCase());
    if (first === undefined) {
      seen.set(name.toLowerCase(), where);
    } else {
      report(where, `${name} stands in ${first.path} already: remove one of them`);
    }
  }
}

function checkResponse(rules: Draft<HeaderRules> | undefined, backends: Backends, place: Place): void {
  for (const { name, where } of sentNames(rules, place)) {
    if (name.toLowerCase() === 'strict-transport-security') {
      report(
        where,
        'is Strict-Transport-Security: give policies.hsts in its place, so that it is sent exactly once',
      );
    }
  }
  for (const { name, where } of setNames(rules, place)) {
    if (name.toLowerCase() === 'set-cookie') {
      report(where, "is Set-Cookie, which would take the servers' cookies away: give it in add");
    }
  }
  const sticky = new Set(backends.flatMap((backend) => backend?.stickyCookie?.name ?? []));
  for (const { cookie, index } of cookiesAdded(rules?.add ?? [])) {
    if (sticky.has(cookie)) {
      report(
        field(item(field(place, 'add'), index), 'value'),
        `is the cookie ${cookie}, which keeps clients with their server: give it another name`,
      );
    }
  }
}

interface Named {
  readonly name: string;
  readonly where: Place;
}

function setNames(rules: Draft<HeaderRules> | undefined, place: Place): readonly Named[] {
  return lineNames(rules?.set, field(place, 'set'));
}

function sentNames(rules: Draft<HeaderRules> | undefined, place: Place): readonly Named[] {
  return [...setNames(rules, place), ...lineNames(rules?.add, field(place, 'add'))];
}

function lineNames(lines: Draft<HeaderRules['set']> = [], place: Place): readonly Named[] {
  return lines.flatMap((line, index) =>
    line?.name === undefined ? [] : [{ name: line.name, where: field(item(place, index), 'name') }],
  );
}

function removedNames(rules: Draft<HeaderRules> | undefined, place: Place): readonly Named[] {
  return (rules?.remove ?? []).flatMap((name, index) =>
    name === undefined ? [] : [{ name, where: item(field(place, 'remove'), index) }],
  );
}
