import { rangeMatcher } from '../addresses/ranges.ts';
import { DEFAULT_MINIMUM_RATE } from '../config/defaults.ts';
import type { FrontendConfig, MinimumRate } from '../config/types.ts';
import type { Misdirected } from '../tls/misdirected.ts';
import type { Upstream } from '../upstream/types.ts';
import type { Fault } from './faults.ts';
import type { CountedTarget } from './forwarding/target-requests.ts';
import { HttpsRequirement } from './policies/require-https.ts';
import { compilePolicies, type CompiledPolicies } from './policies/compile.ts';
import type { RateLimits } from './policies/rate-limit/rate-limits.ts';
import { RequestCounter, type HttpMetrics } from './metrics.ts';
import { buildRouter, forwardLabel, type Router } from './routing/router.ts';
import type { HttpFrontend } from './types.ts';

/** A generation of a frontend with all that is made of its settings once, rather than for each request. */
export interface PreparedFrontend {
  readonly config: FrontendConfig;
  readonly router: Router;
  /** What counts for answers to requests that no route has taken. */
  readonly policies: CompiledPolicies;
  /** Null where it does not matter how clients have come. */
  readonly https: HttpsRequirement | null;
  /** How slow clients may be; null for no minimum. */
  readonly minimumRate: MinimumRate | null;
  readonly misdirected: Misdirected | null;
  readonly trusts: (address: string) => boolean;
  upstream(backend: string): Upstream | undefined;
  /** Empty for requests that no backend was asked for. */
  counter(backend: string): RequestCounter;
  countTarget(target: CountedTarget, end: { readonly status: number; readonly fault: Fault | null }): void;
}

/** What it needs of the process. */
interface FrontendServices {
  readonly metrics: HttpMetrics;
  readonly rateLimits: RateLimits;
}

const prepared = new WeakMap<HttpFrontend, PreparedFrontend>();

export function prepareFrontend(
  frontend: HttpFrontend,
  { metrics, rateLimits }: FrontendServices,
): PreparedFrontend {
  const known = prepared.get(frontend);
  if (known !== undefined) {
    return known;
  }
  const { config, upstreams, forwards, misdirected } = frontend;
  const counters = new Map(
    ['', ...upstreams.keys(), ...[...forwards.keys()].map(forwardLabel)].map((backend) => [
      backend,
      new RequestCounter(metrics, config.name, backend),
    ]),
  );
  const none = new RequestCounter(metrics, config.name, '');
  const rate = config.limits.minimumRate ?? DEFAULT_MINIMUM_RATE;
  const limiterOf = rateLimits.generation(config.name);
  const made: PreparedFrontend = {
    config,
    router: buildRouter(config, limiterOf, forwards),
    policies: compilePolicies(limiterOf, config.policies),
    https:
      config.policies?.requireHttps === undefined ? null : new HttpsRequirement(config.policies.requireHttps),
    minimumRate: rate.bytesPerSecond === 0 ? null : rate,
    misdirected,
    trusts: rangeMatcher(config.trustedSources),
    upstream: (backend) => upstreams.get(backend),
    counter: (backend) => counters.get(backend) ?? none,
    countTarget: (target, end) => metrics.targets.count(config.name, target, end),
  };
  prepared.set(frontend, made);
  return made;
}
