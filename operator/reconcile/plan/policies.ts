import type { BackendSpec } from '../../api/spec/backend.ts';
import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type { HeaderRulesSpec } from '../../api/spec/policies.ts';
import type { Finding } from '../../api/status.ts';
import { cookiesAdded } from '../../../proxy-image/config/added-cookies.ts';
import { isReservedField } from '../../../proxy-image/config/reserved-fields.ts';
import { partsOfSeconds } from './durations.ts';
import { unusableCors } from './cors.ts';
import { unusableRateLimit } from './rate-limit.ts';
import { backendNames } from './references.ts';
import { stickyCookieName } from '../sticky-cookie-name.ts';

/** What of the policies can't work and what admission can't see: it compares names as they are written, and looks at one list at a time. */
export function unusablePolicies(
  frontend: FrontendSpec,
  backends: ReadonlyMap<string, BackendSpec>,
): readonly Finding[] {
  const { name, routes, policies } = frontend;
  const path = `spec.frontends[${name}]`;
  return [
    ...unusableHsts(frontend),
    ...unusableRateLimit(policies, `${path}.policies`),
    ...unusableCors(policies, [policies, ...routes.map((route) => route.policies)], `${path}.policies`),
    ...unusableRules(policies?.headers, {
      path: `${path}.policies.headers`,
      backends: backendNames(frontend).flatMap((backend) => backends.get(backend) ?? []),
    }),
    ...routes.flatMap((route, index) => [
      ...unusableRules(route.policies?.headers, {
        path: `${path}.routes[${index}].policies.headers`,
        backends: [route.backend].flatMap((backend) => backends.get(backend ?? '') ?? []),
      }),
      ...unusableRateLimit(route.policies, `${path}.routes[${index}].policies`),
      ...unusableCors(route.policies, [route.policies, policies], `${path}.routes[${index}].policies`),
    ]),
  ];
}

function unusableHsts({ name, policies }: FrontendSpec): readonly Finding[] {
  return partsOfSeconds(policies?.hsts?.maxAge, `spec.frontends[${name}].policies.hsts.maxAge`);
}

interface Place {
  readonly path: string;
  /** That the requests in question can go to. */
  readonly backends: readonly BackendSpec[];
}

function unusableRules(headers: HeaderRulesSpec | undefined, { path, backends }: Place): readonly Finding[] {
  return (['request', 'response'] as const).flatMap((direction) => {
    const rules = headers?.[direction];
    if (rules === undefined) return [];
    const where = `${path}.${direction}`;
    const added = direction === 'response' ? stickyCookies(rules.add, `${where}.add`, backends) : [];
    return [...repeatedNames(rules.set, `${where}.set`), ...reservedNames(rules, where), ...added];
  });
}

type Rules = NonNullable<HeaderRulesSpec['request']>;

function repeatedNames(set: Rules['set'], path: string): readonly Finding[] {
  const names = set.map(({ name }) => name.toLowerCase());
  return set
    .filter((_, index) => names.indexOf(names[index] ?? '') < index)
    .map(({ name }) => ({
      path,
      reason: 'RepeatedField',
      message: `${name} is given more than once (upper and lower case are the same), so it is undecided which value counts; keep one`,
    }));
}

function reservedNames({ set, add, remove }: Rules, path: string): readonly Finding[] {
  return [...set, ...add]
    .map(({ name }) => name)
    .concat(remove)
    .filter(isReservedField)
    .map((name) => ({
      path,
      reason: 'ReservedField',
      message: `${name} frames a message, counts for one connection, or is made by the proxy itself ("_" is read as "-", as some servers do); remove it`,
    }));
}

function stickyCookies(
  add: Rules['add'],
  path: string,
  backends: readonly BackendSpec[],
): readonly Finding[] {
  const sticky = new Map(
    backends.flatMap((backend) =>
      backend.stickyCookie === undefined ? [] : [[stickyCookieName(backend), backend.name]],
    ),
  );
  return cookiesAdded(add)
    .filter(({ cookie }) => sticky.has(cookie))
    .map(({ cookie }) => ({
      path,
      reason: 'StickyCookie',
      message: `the cookie ${cookie} is the one by which backend ${sticky.get(cookie)} keeps clients with their server; give it another name`,
    }));
}
