import type { RoutePoliciesSpec } from '../../api/spec/policies.ts';
import type { Finding } from '../../api/status.ts';
import { impliesPort, isAccessControl, isOrigin } from '../../../proxy-image/config/origins.ts';
import { partsOfSeconds } from './durations.ts';

/**
 * What of `cors`, and of header rules beside it, can't work.
 *
 * @param concerned policies of all requests that these count for
 */
export function unusableCors(
  policies: RoutePoliciesSpec | undefined,
  concerned: readonly (RoutePoliciesSpec | undefined)[],
  path: string,
): readonly Finding[] {
  const { set = [], add = [] } = policies?.headers?.response ?? {};
  const origins = policies?.cors?.origins ?? [];
  const counts = concerned.some((other) => other?.cors !== undefined);
  const doubled = counts ? [...set, ...add].filter(({ name }) => isAccessControl(name)) : [];
  return [
    ...origins
      .filter((origin) => !isOrigin(origin))
      .map((origin) => ({
        path: `${path}.cors.origins`,
        reason: 'UnusableOrigin',
        message: impliesPort(origin)
          ? `no browser writes ${origin}, as the port is the usual one; leave it out`
          : `${origin} has a port that there is not`,
      })),
    ...partsOfSeconds(policies?.cors?.maxAge, `${path}.cors.maxAge`),
    ...doubled.map(({ name }) => ({
      path: `${path}.headers.response`,
      reason: 'ReservedField',
      message: `policies.cors makes ${name}, so that it is sent exactly once; remove it here`,
    })),
  ];
}
