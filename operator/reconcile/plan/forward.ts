import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type { ForwardSpec } from '../../api/spec/forward.ts';
import type { Finding } from '../../api/status.ts';
import { readApprovedHost } from '../../../proxy-image/addresses/approved-host.ts';

/** Where a route of a frontend forwards to what requests name. */
export interface PlacedForward {
  readonly path: string;
  readonly forward: ForwardSpec;
}

/** Every `forward` of a frontend's routes, with its place. */
export function forwardsOf({
  name,
  routes,
}: Pick<FrontendSpec, 'name' | 'routes'>): readonly PlacedForward[] {
  return routes.flatMap(({ forward }, index) =>
    forward === undefined ? [] : [{ path: `spec.frontends[${name}].routes[${index}].forward`, forward }],
  );
}

/** Port of targets for which a request says none. */
export function defaultPort({ port, protocol }: ForwardSpec): number {
  return port ?? (protocol === 'HTTPS' ? 443 : 80);
}

/** What of `forward` can't work and what admission can't see: hosts that are not what they look like. */
export function unusableForwards(frontend: FrontendSpec): readonly Finding[] {
  return forwardsOf(frontend).flatMap(({ path, forward }) =>
    (['allowedHosts', 'oauthAllowedHosts'] as const).flatMap((list) =>
      forward[list]
        .filter((host) => readApprovedHost(host) === null)
        .map((host) => ({
          path: `${path}.${list}`,
          reason: 'UnusableHost',
          message: `${host} is no host that a request can be sent to, or not its usual spelling; give a name, or an address as four decimal numbers or as RFC 5952 writes it, and a port up to 65535`,
        })),
    ),
  );
}
