import type { FrontendPolicies, RoutePolicies } from '../../config/types.ts';
import { compileRules, type CompiledRules } from '../headers/rules.ts';
import { Cors, corsRules } from './cors.ts';
import type { Inspection } from './inspect.ts';
import { RequestFilter } from './request-filter.ts';
import { sourceCheck, type SourceCheck } from './sources.ts';

/** The policies of requests that go the same way, ready to be carried out; null for those that there are not. */
export interface CompiledPolicies extends CompiledRules {
  readonly cors: Cors | null;
  readonly filter: RequestFilter | null;
  readonly sources: SourceCheck | null;
  /** What is to be said of every request, where no policy has to look at it. */
  readonly foregone: Inspection | null;
}

/** Brings the policies of a frontend and of one of its routes together. To be done once per generation. */
export function compilePolicies(
  frontend: FrontendPolicies = {},
  route: RoutePolicies = {},
): CompiledPolicies {
  const cors = route.cors ?? frontend.cors;
  const rules = compileRules(frontend, route, cors === undefined ? undefined : corsRules(cors));
  const filter = route.requestFilter ?? frontend.requestFilter;
  const sources = route.sources ?? frontend.sources;
  const looks = [cors, filter, sources].some((policy) => policy !== undefined);
  return {
    ...rules,
    cors: cors === undefined ? null : new Cors(cors, rules.response),
    filter: filter === undefined ? null : new RequestFilter(filter),
    sources: sources === undefined ? null : sourceCheck(sources),
    foregone: looks ? null : { rules: rules.response, verdict: null },
  };
}
