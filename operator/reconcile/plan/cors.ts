import type { RoutePoliciesSpec } from '../../api/spec/policies.ts';
import type { Finding } from '../../api/status.ts';
import { impliesPort, isAccessControl, isOrigin } from '../../../proxy-image/config/origins.ts';
import { partsOfSeconds } from './durations.ts';

/**
 * What of `cors`, of header rules beside it, and of other origins can't work.
 *
 * @param concerned policies of all requests that these count for
 */
export function unusableCors(
  policies: RoutePoliciesSpec | undefined,
  concerned: readonly (RoutePoliciesSpec | undefined)[],
  path: string,
): readonly Finding[] {
  const { cors, headers, securityHeaders } = policies ?? {};
  const { set = [], add = [] } = headers?.response ?? {};
  const counts = concerned.some((other) => other?.cors !== undefined);
  const doubled = counts ? [...set, ...add].filter(({ name }) => isAccessControl(name)) : [];
  return [
    ...unusableOrigins(cors?.origins, `${path}.cors.origins`),
    ...unusableOrigins(securityHeaders?.frameOrigins, `${path}.securityHeaders.frameOrigins`),
    ...partsOfSeconds(cors?.maxAge, `${path}.cors.maxAge`),
    ...doubled.map(({ name }) => ({
      path: `${path}.headers.response`,
      reason: 'ReservedField',
      message: `policies.cors makes ${name}, so that it is sent exactly once; remove it here`,
    })),
  ];
}

function unusableOrigins(origins: readonly string[] = [], path: string): readonly Finding[] {
  return origins
    .filter((origin) => !isOrigin(origin))
    .map((origin) => ({
      path,
      reason: 'UnusableOrigin',
      message: impliesPort(origin)
        ? `no browser writes ${origin}, as the port is the usual one; leave it out`
        : `${origin} has a port that there is not`,
    }));
}
