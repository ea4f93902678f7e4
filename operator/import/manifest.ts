import { dump } from 'js-yaml';
import { API_VERSION, KIND } from '../api/resource.ts';
import type { TeamOneSettings } from './team-one.ts';

/** What an environment file does not tell. */
export interface ImportChoices {
  readonly name: string;
  readonly hostname: string;
  /** Name of the Secret with the certificate; null where a load balancer ends TLS. */
  readonly secret: string | null;
  /** Ranges (CIDR) of that load balancer, else empty. */
  readonly trustedSources: readonly string[];
}

/** The manifest, as YAML, of a gateway with these settings. */
export function teamOneManifest(settings: TeamOneSettings, choices: ImportChoices): string {
  const { name, hostname, secret, trustedSources } = choices;
  const { allowedHosts, oauthAllowedHosts } = settings;
  const ends = secret === null ? { tls: 'LoadBalancer', trustedSources } : { tls: 'Proxy' };
  const sso = oauthAllowedHosts.length === 0 ? {} : { oauthAllowedHosts };
  const certificates =
    secret === null ? {} : { certificates: [{ name: 'public', secretRef: { name: secret } }] };
  const resource = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    spec: { teamOne: { hostname, ...ends, allowedHosts, ...sso }, ...certificates },
  };
  return dump(resource, { lineWidth: -1, noRefs: true });
}
