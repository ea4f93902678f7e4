import type {
  BackendConfig,
  ForwardConfig,
  FrontendConfig,
  HealthCheckConfig,
  HealthConfig,
  ProxyConfig,
} from '../../proxy-image/config/types.ts';

/** A configuration that serves nothing yet; what is given replaces its part. */
export function proxyConfig(parts: Partial<ProxyConfig> = {}): ProxyConfig {
  return { version: 1, accessLog: 'All', certificates: [], frontends: [], backends: [], ...parts };
}

/** A layer 4 frontend on loopback that leads to the backend `servers`, unless it has sniRoutes; what is given replaces its part. */
export function frontendConfig(
  parts: Partial<Omit<FrontendConfig, 'limits' | 'timeouts'>> & Overrides = {},
): FrontendConfig {
  const { limits, timeouts, ...rest } = parts;
  const protocol = parts.protocol ?? 'TCP';
  return {
    name: 'flow',
    address: '127.0.0.1',
    port: 1,
    publicPort: 443,
    protocol,
    certificates: protocol === 'TLS' || protocol === 'HTTPS' ? ['public'] : [],
    hostnames: [],
    routes: [],
    redirects: [],
    ...(parts.sniRoutes === undefined ? { backend: 'servers' } : {}),
    trustedSources: [],
    ...rest,
    limits: { connections: 1000, headerBytes: 32_768, bodyBytes: 0, ...limits },
    timeouts: { ...TIMEOUTS, ...timeouts },
  };
}

interface Overrides {
  readonly limits?: Partial<FrontendConfig['limits']>;
  readonly timeouts?: Partial<FrontendConfig['timeouts']>;
}

/** Longer than any test takes: a test that waits for one sets it itself. */
const TIMEOUTS: FrontendConfig['timeouts'] = {
  handshake: 30_000,
  connect: 30_000,
  idle: 60_000,
  header: 30_000,
  request: 60_000,
  keepAlive: 60_000,
  halfClose: 60_000,
  drain: 60_000,
};

/** Forwarding over HTTP to any port of loopback, and a sign-on gateway; what is given replaces its part. */
export function forwardConfig(parts: Partial<ForwardConfig> = {}): ForwardConfig {
  return {
    protocol: 'HTTP',
    port: 80,
    allowedHosts: ['127.0.0.1:*'],
    oauthAllowedHosts: ['login.example.org'],
    allowedAddresses: [],
    refusedAddresses: [],
    targets: 4,
    ...parts,
  };
}

/** The backend `servers` on the given loopback ports; what is given replaces its part. */
export function backendConfig(
  ports: readonly number[],
  parts: Partial<Omit<BackendConfig, 'health'>> & { readonly health?: Partial<HealthConfig> } = {},
): BackendConfig {
  const { health, ...rest } = parts;
  return {
    name: 'servers',
    protocol: 'TCP',
    balance: 'RoundRobin',
    servers: ports.map((port) => ({ host: '127.0.0.1', port })),
    ...rest,
    health: { passive: { failures: 3 }, slowStart: 0, ...health },
  };
}

/** A health check by TCP that decides at once; what is given replaces its part. */
export function healthCheckConfig(parts: Partial<HealthCheckConfig> = {}): HealthCheckConfig {
  return {
    protocol: 'TCP',
    interval: 60_000,
    timeout: 5_000,
    healthyThreshold: 1,
    unhealthyThreshold: 1,
    ...parts,
  };
}
