import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type { RoutePoliciesSpec } from '../../api/spec/policies.ts';
import type {
  FrontendConfig,
  FrontendPolicies,
  HeaderField,
  HeaderRules,
  PathPattern,
  RouteConfig,
  RoutePolicies,
} from '../../../proxy-image/config/types.ts';
import { bytes, milliseconds } from '../units.ts';

/** The policies of a frontend. What is not asked for is left out, as proxies of an earlier release do not know it. */
export function frontendPolicies({ policies }: FrontendSpec): Pick<FrontendConfig, 'policies'> {
  const given: FrontendPolicies = { ...general(policies), ...hsts(policies), ...requireHttps(policies) };
  return Object.keys(given).length === 0 ? {} : { policies: given };
}

/** The policies of a route. */
export function routePolicies(policies: RoutePoliciesSpec | undefined): Pick<RouteConfig, 'policies'> {
  const given = general(policies);
  return Object.keys(given).length === 0 ? {} : { policies: given };
}

/** What frontends and routes have alike. */
function general(policies: RoutePoliciesSpec | undefined): RoutePolicies {
  return {
    ...headers(policies),
    ...forwarded(policies),
    ...cors(policies),
    ...requestFilter(policies),
    ...sources(policies),
    ...rateLimit(policies),
    ...securityHeaders(policies),
  };
}

function headers(policies: RoutePoliciesSpec | undefined): Pick<RoutePolicies, 'headers'> {
  const { request, response } = policies?.headers ?? {};
  if (isEmpty(request) && isEmpty(response)) return {};
  return {
    headers: {
      ...(isEmpty(request) ? {} : { request: rules(request) }),
      ...(isEmpty(response) ? {} : { response: rules(response) }),
    },
  };
}

function forwarded(policies: RoutePoliciesSpec | undefined): Pick<RoutePolicies, 'forwarded'> {
  return policies?.forwarded === undefined ? {} : { forwarded: policies.forwarded };
}

function cors(policies: RoutePoliciesSpec | undefined): Pick<RoutePolicies, 'cors'> {
  if (policies?.cors === undefined) return {};
  const { origins, methods, headers, exposedHeaders, credentials, maxAge } = policies.cors;
  const maxAgeSeconds = wholeSeconds(maxAge);
  return { cors: { origins, methods, headers, exposedHeaders, credentials, maxAgeSeconds } };
}

function requestFilter(policies: RoutePoliciesSpec | undefined): Pick<RoutePolicies, 'requestFilter'> {
  if (policies?.requestFilter === undefined) return {};
  const { methods, allowedPaths, deniedPaths, contentTypes, bodySize, headerCount, headerBytes } =
    policies.requestFilter;
  return {
    requestFilter: {
      methods,
      allowedPaths: allowedPaths.map(pathPattern),
      deniedPaths: deniedPaths.map(pathPattern),
      contentTypes,
      bodyBytes: bytes(bodySize),
      ...(headerCount === undefined ? {} : { headerCount }),
      ...(headerBytes === undefined ? {} : { headerBytes }),
    },
  };
}

function sources(policies: RoutePoliciesSpec | undefined): Pick<RoutePolicies, 'sources'> {
  if (policies?.sources === undefined) return {};
  const { allow, deny } = policies.sources;
  return { sources: { allow, deny } };
}

function rateLimit(policies: RoutePoliciesSpec | undefined): Pick<RoutePolicies, 'rateLimit'> {
  if (policies?.rateLimit === undefined) return {};
  const { requests, per, burst = requests, key, name } = policies.rateLimit;
  const named = name === undefined ? {} : { name };
  return { rateLimit: { requests, windowMs: milliseconds(per), burst, key, ...named } };
}

function securityHeaders(policies: RoutePoliciesSpec | undefined): Pick<RoutePolicies, 'securityHeaders'> {
  if (policies?.securityHeaders === undefined) return {};
  const { referrerPolicy, frames, frameOrigins } = policies.securityHeaders;
  return { securityHeaders: { referrerPolicy, frames, frameOrigins } };
}

function pathPattern({ path, match }: PathPattern): PathPattern {
  return { path, match };
}

/** In one order, whatever order they are given in: the digest of the configuration must not depend on it. */
function rules({ set = [], add = [], remove = [] }: Partial<HeaderRules> = {}): HeaderRules {
  return { set: set.map(line), add: add.map(line), remove };
}

function line({ name, value }: HeaderField): HeaderField {
  return { name, value };
}

function isEmpty(rules: HeaderRules | undefined): boolean {
  return rules === undefined || rules.set.length + rules.add.length + rules.remove.length === 0;
}

function hsts(policies: FrontendSpec['policies']): Pick<FrontendPolicies, 'hsts'> {
  if (policies?.hsts === undefined) return {};
  const { maxAge, includeSubDomains, preload } = policies.hsts;
  return { hsts: { maxAgeSeconds: wholeSeconds(maxAge), includeSubDomains, preload } };
}

function requireHttps(policies: FrontendSpec['policies']): Pick<FrontendPolicies, 'requireHttps'> {
  if (policies?.requireHttps === undefined) return {};
  const { action, redirectPort, tlsPorts } = policies.requireHttps;
  return { requireHttps: { action, redirectPort, tlsPorts } };
}

function wholeSeconds(duration: string): number {
  return Math.floor(milliseconds(duration) / 1000);
}
