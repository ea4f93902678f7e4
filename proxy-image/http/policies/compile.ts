import type { FrontendPolicies, HeaderRules, RouteConfig, RoutePolicies } from '../../config/types.ts';
import { REWRITTEN_FIELDS } from '../forwarding/response.ts';
import { compileRules, type CompiledRules } from '../headers/rules.ts';
import { Cors, corsRules } from './cors.ts';
import type { Inspection } from './inspect.ts';
import { RateCheck } from './rate-limit/check.ts';
import type { LimiterSource } from './rate-limit/rate-limits.ts';
import { RequestFilter } from './request-filter.ts';
import { securityRules } from './security-headers.ts';
import { sourceCheck, type SourceCheck } from './sources.ts';

/** The policies of requests that go the same way, ready to be carried out; null for those that there are not. */
export interface CompiledPolicies extends CompiledRules {
  readonly cors: Cors | null;
  readonly filter: RequestFilter | null;
  readonly sources: SourceCheck | null;
  readonly rate: RateCheck | null;
  /** What is to be said of every request, where no policy has to look at it. */
  readonly foregone: Inspection | null;
}

/**
 * Brings the policies of a frontend and of one of its routes together. To be done once per generation.
 *
 * @param limiterOf those that have the frontend's limit share its limiter
 */
export function compilePolicies(
  limiterOf: LimiterSource,
  frontend: FrontendPolicies = {},
  { paths, forward, policies: route = {} }: Pick<RouteConfig, 'paths' | 'forward' | 'policies'> = NO_ROUTE,
): CompiledPolicies {
  const counting = { ...frontend, ...route };
  const { cors, requestFilter: filter, sources, rateLimit: limit } = counting;
  const rules = compileRules(frontend, route, ownRules(counting, [frontend, route], forward !== undefined));
  const place = route.rateLimit === undefined ? '' : paths.join(' ');
  const looks = [cors, filter, sources, limit].some((policy) => policy !== undefined);
  return {
    ...rules,
    cors: cors === undefined ? null : new Cors(cors, rules.response),
    filter: filter === undefined ? null : new RequestFilter(filter),
    sources: sources === undefined ? null : sourceCheck(sources),
    rate: limit === undefined ? null : new RateCheck(limiterOf(limit, place)),
    foregone: looks ? null : { rules: rules.response, verdict: null },
  };
}

/** What policies other than `headers` do to the fields of responses. */
function ownRules(
  { cors, securityHeaders }: RoutePolicies,
  places: readonly RoutePolicies[],
  rewrites: boolean,
): HeaderRules {
  const ruled = places.map(({ headers }) => headers?.response);
  const parts = [
    ...(rewrites ? [{ set: [], add: [], remove: REWRITTEN_FIELDS }] : []),
    ...(cors === undefined ? [] : [corsRules(cors)]),
    ...(securityHeaders === undefined ? [] : [securityRules(securityHeaders, ruled)]),
  ];
  return {
    set: parts.flatMap(({ set }) => set),
    add: parts.flatMap(({ add }) => add),
    remove: parts.flatMap(({ remove }) => remove),
  };
}

const NO_ROUTE = { paths: [] };
