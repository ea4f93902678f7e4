import type { ForwardSpec } from '../../api/spec/forward.ts';
import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type { ForwardConfig, RouteConfig } from '../../../proxy-image/config/types.ts';
import { defaultPort } from '../plan/forward.ts';
import { routePolicies } from './policies.ts';

/** The files of those of the named certificates that are there. */
export type TrustFiles = (names: readonly string[]) => readonly string[];

/** A route, to a backend or to what requests name, with its own policies. */
export function route(
  { paths, backend, forward, policies }: FrontendSpec['routes'][number],
  trustFiles: TrustFiles,
): RouteConfig {
  return {
    paths,
    ...(backend === undefined ? {} : { backend }),
    ...(forward === undefined ? {} : { forward: forwardConfig(forward, trustFiles) }),
    ...routePolicies(policies),
  };
}

function forwardConfig(spec: ForwardSpec, trustFiles: TrustFiles): ForwardConfig {
  const { protocol, allowedHosts, oauthAllowedHosts, allowedAddresses, refusedAddresses, targets } = spec;
  return {
    protocol,
    port: defaultPort(spec),
    allowedHosts,
    oauthAllowedHosts,
    allowedAddresses,
    refusedAddresses,
    ...tls(spec, trustFiles),
    targets,
    ...cookies(spec),
  };
}

function cookies({ cookies: given }: ForwardSpec): Pick<ForwardConfig, 'cookies'> {
  if (given === undefined) return {};
  const { sameSite, partitioned } = given;
  return { cookies: { sameSite, partitioned } };
}

function tls(spec: ForwardSpec, trustFiles: TrustFiles): Pick<ForwardConfig, 'tls'> {
  if (spec.protocol === 'HTTP') return {};
  const { verify, trust, pinnedSha256 } = spec.tls ?? NOTHING;
  return {
    tls: {
      verify,
      trustFiles: trustFiles(trust),
      pinnedSha256: pinnedSha256.map((fingerprint) => fingerprint.toLowerCase()),
    },
  };
}

const NOTHING = { verify: 'Chain', trust: [], pinnedSha256: [] } as const;
