import type { FrontendConfig, RedirectConfig, RouteConfig } from '../../config/types.ts';
import type { RoutingFault } from '../faults.ts';
import type { NamedRoute } from '../forwarding/request.ts';
import { passedFields } from '../forwarding/response.ts';
import type { ForwardTargets } from '../forwarding/targets.ts';
import { compilePolicies, type CompiledPolicies } from '../policies/compile.ts';
import type { LimiterSource } from '../policies/rate-limit/rate-limits.ts';
import { hostMatcher } from './hostname.ts';
import { literalPath as literal, readPath } from './path.ts';

/** What is to be done with a request. */
export type Decision =
  | { readonly kind: 'Forward'; readonly backend: string; readonly policies: CompiledPolicies }
  | {
      readonly kind: 'ForwardNamed';
      /** What stands for a backend in log and metrics. */
      readonly backend: string;
      readonly route: NamedRoute;
      readonly policies: CompiledPolicies;
    }
  | { readonly kind: 'Redirect'; readonly redirect: RedirectConfig }
  | { readonly kind: 'Refuse'; readonly fault: RoutingFault | 'BadTarget' };

/** Decides for a host and a path (without query); null stands for the target `*`, which has no path. */
export interface Router {
  route(host: string, path: string | null): Decision;
}

/** Where the requests of routes go that name their targets themselves. */
export type Forwards = ReadonlyMap<RouteConfig, ForwardTargets>;

const NO_FORWARDS: Forwards = new Map();

/** Looks up the hostnames first, then redirects (exact paths), then routes (longest path, whole segments), then the frontend's backend. */
export function buildRouter(
  config: FrontendConfig,
  limiterOf: LimiterSource,
  forwards: Forwards = NO_FORWARDS,
): Router {
  const serves = hostMatcher(config.hostnames);
  const table = buildTable(config, limiterOf, forwards);
  const fallback: Decision =
    config.backend === undefined
      ? refuse('NoRoute')
      : { kind: 'Forward', backend: config.backend, policies: compilePolicies(limiterOf, config.policies) };
  return {
    route: (host, path) => {
      if (!serves(host)) {
        return refuse('UnknownHost');
      }
      // `OPTIONS *` asks the server as a whole: whoever serves the root answers.
      return decide(table, path ?? '/') ?? fallback;
    },
  };
}

interface Table {
  readonly redirects: ReadonlyMap<string, Decision>;
  /** By path without a slash at its end, so that `/` is the empty string. */
  readonly routes: ReadonlyMap<string, Decision>;
  /** Segments of the longest path: what lies deeper in a request's path is not looked at. */
  readonly depth: number;
}

function buildTable(config: FrontendConfig, limiterOf: LimiterSource, forwards: Forwards): Table {
  const redirects = new Map<string, Decision>();
  for (const redirect of config.redirects) {
    redirects.set(literal(redirect.from), { kind: 'Redirect', redirect });
  }
  const routes = new Map<string, Decision>();
  for (const route of config.routes) {
    const policies = compilePolicies(limiterOf, config.policies, route);
    const shared = route.backend === undefined ? null : forwardTo(route.backend, policies);
    for (const path of route.paths) {
      const key = literal(path).replace(/\/+$/, '');
      const targets = forwards.get(route);
      const named =
        targets === undefined ? refuse('NoRoute') : forwardNamed(targets, key, route, { config, policies });
      routes.set(key, shared ?? named);
    }
  }
  const depths = [...routes.keys()].map((path) => path.split('/').length - 1);
  return { redirects, routes, depth: Math.max(0, ...depths) };
}

function forwardTo(backend: string, policies: CompiledPolicies): Decision {
  return { kind: 'Forward', backend, policies };
}

interface Placed {
  readonly config: FrontendConfig;
  readonly policies: CompiledPolicies;
}

/** `key`: the path without a slash at its end. */
function forwardNamed(
  targets: ForwardTargets,
  key: string,
  route: RouteConfig,
  { config, policies }: Placed,
): Decision {
  const depth = key.split('/').length - 1;
  const passed = passedFields([config.policies, route.policies]);
  return {
    kind: 'ForwardNamed',
    backend: forwardLabel(route),
    route: { targets, depth, passed },
    policies,
  };
}

/** No backend can have such a name. */
export function forwardLabel({ paths }: RouteConfig): string {
  return `forward:${paths[0] ?? ''}`;
}

/** Null when nothing matches. */
function decide(table: Table, path: string): Decision | null {
  const readings = readPath(path);
  if (readings === null) {
    return refuse('BadTarget');
  }
  const decision = match(table, readings.literal);
  if (readings.lenient !== readings.literal && match(table, readings.lenient) !== decision) {
    return refuse('AmbiguousPath');
  }
  return decision;
}

function match({ redirects, routes, depth }: Table, path: string): Decision | null {
  const redirect = redirects.size === 0 ? undefined : redirects.get(path);
  if (redirect !== undefined) {
    return redirect;
  }
  for (let end = prefixEnd(path, depth); end >= 0; end = path.lastIndexOf('/', end - 1)) {
    const decision = routes.get(path.slice(0, end));
    if (decision !== undefined) {
      return decision;
    }
    if (end === 0) {
      break;
    }
  }
  return null;
}

/** Where the first `segments` segments of a path end. */
function prefixEnd(path: string, segments: number): number {
  let end = 0;
  for (let count = 0; count < segments && end !== -1; count += 1) {
    end = path.indexOf('/', end + 1);
  }
  return end === -1 ? path.length : end;
}

function refuse(fault: RoutingFault | 'BadTarget'): Decision {
  return { kind: 'Refuse', fault };
}
