import { backendSchema } from '../spec/backend.ts';
import type { BackendSpec } from '../spec/backend.ts';
import { frontendSchema } from '../spec/frontend.ts';
import type { FrontendSpec } from '../spec/frontend.ts';
import type { TeamworkCloudSpec } from '../spec/teamwork-cloud.ts';
import { applyDefaults } from '../schema/defaults.ts';
import type { Finding } from '../status.ts';
import { AUTHENTICATION_PATH, PING_PATH, REST_PATH, START_PATH, webAppPaths } from './paths.ts';

/** Ports on which a Teamwork Cloud node listens as it is shipped. */
export const NATIVE_PORTS = {
  webapp: 8443,
  rest: 8111,
  authserver: 8555,
  clientTls: 10002,
  clientCleartext: 3579,
} as const;

/** What a shorthand stands for. */
export interface Expansion {
  readonly frontends: readonly FrontendSpec[];
  readonly backends: readonly BackendSpec[];
  readonly findings: readonly Finding[];
}

/** Expands `spec.teamworkCloud`; `certificates` are the names of `spec.certificates`, in order. */
export function expandTeamworkCloud(cloud: TeamworkCloudSpec, certificates: readonly string[]): Expansion {
  const flows = cloud.topology === 'Layer4' ? layer4(cloud) : layer7Hybrid(cloud, certificates);
  const license = licenseFlows(cloud);
  return {
    frontends: [...flows.frontends, clientFrontend(cloud), ...license.frontends],
    backends: [...flows.backends, clientBackend(cloud), ...license.backends],
    findings: clientFindings(cloud),
  };
}

type Flows = Omit<Expansion, 'findings'>;

function layer4(cloud: TeamworkCloudSpec): Flows {
  const names =
    cloud.release === '2021x' ? (['webapp', 'rest', 'authserver'] as const) : (['webapp', 'rest'] as const);
  return {
    frontends: names.map((name) =>
      frontend({
        name,
        protocol: 'TCP',
        backend: name,
        loadBalancer: place(cloud, name),
      }),
    ),
    backends: names.map((name) =>
      backend({
        name,
        protocol: 'TCP',
        ...servers(cloud, NATIVE_PORTS[name]),
        health: name === 'rest' ? restHealth(cloud) : handshakes(cloud, 'TLS'),
      }),
    ),
  };
}

function layer7Hybrid(cloud: TeamworkCloudSpec, certificates: readonly string[]): Flows {
  const served = cloud.certificate ?? certificates[0];
  const tls = cloud.backendTls ?? {
    verify: 'Chain',
    trust: served === undefined ? [] : [served],
    serverName: cloud.hostname,
  };
  const webRoutes = [
    { paths: [REST_PATH], backend: 'rest' },
    { paths: [...webAppPaths(cloud.release), ...cloud.extraPaths], backend: 'webapp' },
  ];
  const node = (name: 'webapp' | 'rest' | 'authserver', health: object): BackendSpec =>
    backend({ name, protocol: 'HTTPS', tls, ...servers(cloud, NATIVE_PORTS[name]), health });
  const backends = [node('webapp', handshakes(cloud, 'TLS')), node('rest', restHealth(cloud))];
  const authserver = cloud.release === '2021x';
  const web = frontend({
    name: 'web',
    protocol: 'HTTPS',
    hostnames: [cloud.hostname],
    certificates: served === undefined ? [] : [served],
    routes: authserver ? [...webRoutes, { paths: [AUTHENTICATION_PATH], backend: 'authserver' }] : webRoutes,
    redirects: [{ from: '/', to: START_PATH }],
    ...(cloud.policies === undefined ? {} : { policies: cloud.policies }),
    loadBalancer: place(cloud, 'web'),
  });
  return {
    frontends: [web],
    backends: authserver ? [...backends, node('authserver', handshakes(cloud, 'TLS'))] : backends,
  };
}

function clientFrontend(cloud: TeamworkCloudSpec): FrontendSpec {
  return frontend({
    name: 'client',
    protocol: 'TCP',
    backend: 'client',
    loadBalancer: place(cloud, 'client'),
  });
}

function clientBackend(cloud: TeamworkCloudSpec): BackendSpec {
  const [usual, protocol] =
    cloud.client.encryption === 'Cleartext'
      ? ([NATIVE_PORTS.clientCleartext, 'TCP'] as const)
      : ([NATIVE_PORTS.clientTls, 'TLS'] as const);
  return backend({
    name: 'client',
    protocol: 'TCP',
    ...servers(cloud, cloud.client.port ?? usual),
    health: handshakes(cloud, protocol),
  });
}

/** A handshake tells more than a connection, which the kernel takes even for a server that hangs. */
function handshakes({ healthCheck }: TeamworkCloudSpec, protocol: 'TCP' | 'TLS'): object {
  return healthCheck === 'Off' ? {} : { active: { protocol } };
}

function restHealth(cloud: TeamworkCloudSpec): object {
  return cloud.healthCheck === 'Ping'
    ? { active: { protocol: 'HTTPS', path: PING_PATH, expectedStatus: 200 } }
    : handshakes(cloud, 'TLS');
}

function clientFindings(cloud: TeamworkCloudSpec): readonly Finding[] {
  if (cloud.client.encryption === 'TLS') return [];
  return [
    {
      path: 'spec.teamworkCloud.client.encryption',
      reason: 'CleartextClient',
      message:
        'the modelling clients’ models and passwords cross the network unencrypted; enable TLS on the Teamwork Cloud nodes and set encryption: TLS',
    },
  ];
}

function licenseFlows(cloud: TeamworkCloudSpec): Flows {
  const { licenseServer } = cloud;
  if (licenseServer === undefined) return { frontends: [], backends: [] };
  const flows = licenseServer.ports.map((port, index) => ({
    name: index === 0 ? 'license' : `license-${port}`,
    port,
    index,
  }));
  return {
    frontends: flows.map(({ name, index }) => {
      const loadBalancer = index === 0 ? place(cloud, 'license') : {};
      return frontend({ name, protocol: 'TCP', backend: name, loadBalancer });
    }),
    backends: flows.map(({ name, port }) =>
      backend({ name, protocol: 'TCP', servers: [{ host: licenseServer.host, port }] }),
    ),
  };
}

function servers(cloud: TeamworkCloudSpec, port: number): object {
  if (cloud.service !== undefined) return { service: { ...cloud.service, port } };
  return { servers: cloud.servers.map((server) => ({ ...server, port })) };
}

/** Address and name of a flow, as far as they are given. A layer-7 flow has its name in `hostnames`. */
function place(cloud: TeamworkCloudSpec, flow: keyof TeamworkCloudSpec['addresses']): object {
  const { [flow]: address } = cloud.addresses;
  const names: Partial<Record<typeof flow, string>> = { webapp: cloud.hostname, ...cloud.hostnames };
  const { [flow]: hostname } = names;
  return {
    ...(address === undefined ? {} : { address }),
    ...(hostname === undefined ? {} : { hostname }),
  };
}

/** A frontend with everything that is not given at its default. */
function frontend(given: object): FrontendSpec {
  return applyDefaults(frontendSchema.json, given) as FrontendSpec;
}

/** A backend with everything that is not given at its default. */
function backend(given: object): BackendSpec {
  return applyDefaults(backendSchema.json, given) as BackendSpec;
}
