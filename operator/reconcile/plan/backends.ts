import { watchedAddresses } from '../../api/presets/team-one.ts';
import type { TeamworkProxy } from '../../api/resource.ts';
import type { BackendSpec } from '../../api/spec/backend.ts';
import type { Finding } from '../../api/status.ts';
import type { PlannedAuthority, PlannedBackend, PlannedCertificate } from './types.ts';

interface PlannedBackends {
  readonly planned: readonly PlannedBackend[];
  readonly findings: readonly Finding[];
}

/** Decides for every backend which servers it has and what it can trust. */
export function planBackends(
  specs: readonly BackendSpec[],
  trusted: readonly (PlannedAuthority | PlannedCertificate)[],
  { metadata: { namespace }, spec: proxy }: TeamworkProxy,
): PlannedBackends {
  const available = new Set(trusted.filter(({ state }) => state !== 'Missing').map(({ name }) => name));
  return {
    planned: specs.map((spec) => ({
      spec,
      servers: servers(spec, namespace),
      trust: (spec.tls?.trust ?? []).filter((name) => available.has(name)),
      addresses: watchedAddresses(proxy, spec),
    })),
    findings: specs.filter(({ tls }) => tls?.verify === 'None').map(unverified),
  };
}

/**
 * A Service becomes one server by its cluster DNS name. The proxy resolves it again and again: the pods of a headless Service, of which
 * each has an address of its own, thus become servers of their own, and follow when pods come and go.
 */
function servers(spec: BackendSpec, namespace: string): PlannedBackend['servers'] {
  if (spec.service === undefined) return spec.servers;
  const { name, port } = spec.service;
  return [{ host: `${name}.${spec.service.namespace ?? namespace}.svc`, port }];
}

function unverified(spec: BackendSpec): Finding {
  return {
    path: `spec.backends[${spec.name}].tls.verify`,
    reason: 'UpstreamNotVerified',
    message:
      'the servers’ certificates are not checked, so anybody between proxy and server can read and change everything; use Chain or Pinned',
  };
}
