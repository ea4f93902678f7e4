import type { BackendSpec } from '../api/spec/backend.ts';
import type { Finding } from '../api/status.ts';
import { backendNames } from '../reconcile/plan/references.ts';
import type { Plan, PlannedBackend } from '../reconcile/plan/types.ts';

/** Addresses by host name, from `--host NAME=ADDRESS`; a name may have several. */
export type HostAddresses = ReadonlyMap<string, readonly string[]>;

/**
 * The plan with the servers as this host is to reach them: host names that were given addresses are replaced by those, while TLS still
 * asks for and verifies the name. Services of a cluster have no name here unless it was given an address, which is reported. Servers that
 * requests name are looked up when they do, and so they are where they are only watched.
 */
export function replaceHosts(plan: Plan, hosts: HostAddresses): Plan {
  const led = new Set(plan.flows.flatMap(({ frontend }) => backendNames(frontend)));
  const replaced = plan.backends.map((backend) =>
    led.has(backend.spec.name) ? replaceInBackend(backend, hosts) : { backend, refusals: [] },
  );
  return {
    ...plan,
    backends: replaced.map(({ backend }) => backend),
    findings: [...plan.findings, ...plan.backends.flatMap((backend) => unresolvedService(backend, hosts))],
    refusals: [...plan.refusals, ...replaced.flatMap(({ refusals }) => refusals)],
  };
}

interface ReplacedBackend {
  readonly backend: PlannedBackend;
  readonly refusals: readonly Finding[];
}

function replaceInBackend(backend: PlannedBackend, hosts: HostAddresses): ReplacedBackend {
  const { spec, servers } = backend;
  if (!servers.some(({ host }) => hosts.has(host))) return { backend, refusals: [] };
  const addressed = servers.flatMap(({ host, ...rest }) =>
    (hosts.get(host) ?? [host]).map((address) => ({ host: address, ...rest })),
  );
  const plain = { ...backend, servers: addressed };
  if (spec.protocol === 'TCP' || spec.protocol === 'HTTP' || spec.tls?.serverName !== undefined)
    return { backend: plain, refusals: [] };
  const [name, ...others] = new Set(servers.map(({ host }) => host));
  if (name === undefined || others.length > 0) {
    const message = `--host replaces a server that is verified by its own name, as are the others (${others.join(', ')}); say with serverName which name all of them have`;
    return {
      backend: plain,
      refusals: [{ path: `spec.backends[${spec.name}].tls.serverName`, reason: 'ServerNameNeeded', message }],
    };
  }
  return { backend: { ...plain, spec: withServerName(spec, name) }, refusals: [] };
}

function withServerName(spec: BackendSpec, serverName: string): BackendSpec {
  return { ...spec, tls: { verify: 'Chain', trust: [], pinnedSha256: [], ...spec.tls, serverName } };
}

function unresolvedService({ spec, servers }: PlannedBackend, hosts: HostAddresses): readonly Finding[] {
  const [server] = servers;
  if (spec.service === undefined || server === undefined || hosts.has(server.host)) return [];
  const message = `Service ${spec.service.name} is known in its cluster only; give servers in its place, or its address with --host ${server.host}=ADDRESS`;
  return [{ path: `spec.backends[${spec.name}].service`, reason: 'ServiceWithoutCluster', message }];
}
