import type {
  BackendConfig,
  BackendLimits,
  CertificateConfig,
  ClientCertificatesConfig,
  FrontendConfig,
  FrontendLimits,
  FrontendTimeouts,
  HealthCheckConfig,
  HealthConfig,
  MinimumRate,
  PassiveHealthConfig,
  ProxyConfig,
  ProxyProtocolConfig,
  RedirectConfig,
  RouteConfig,
  ServerConfig,
  SniRouteConfig,
  StickyCookieConfig,
  UpstreamTlsConfig,
} from '../types.ts';
import { integer, list, oneOf, optional, record, text } from './decoder.ts';
import {
  isAddress,
  isCidr,
  isCookieName,
  isFileName,
  isHostname,
  isName,
  isPath,
  isRedirectTarget,
  isServerHost,
  isSha256,
} from './formats.ts';
import { addressRules, forward } from './forward.ts';
import { frontendPolicies, routePolicies } from './policies.ts';

const name = text('a name of lower-case letters, digits and hyphens, at most 63 characters', isName);
const port = integer(1, 65_535);
const fileName = text('the name of a file', isFileName);
const path = text('a path such as "/webapp", without a slash at its end and without a query', isPath);
const sha256 = text('a SHA-256 as 64 lower-case hex digits', isSha256);
/** The longest that a timer of Node can wait, nearly 25 days. */
const MAX_DURATION = 2 ** 31 - 1;
const duration = integer(1, MAX_DURATION, 'milliseconds');

const certificate = record<CertificateConfig>({
  name,
  chainFile: fileName,
  keyFile: fileName,
  chainSha256: optional(sha256),
});

const route = record<RouteConfig>({
  paths: list(path, 1),
  backend: optional(name),
  forward: optional(forward),
  policies: optional(routePolicies),
});

const hostname = text('a host name in lower case, such as "twc.example.com" or "*.example.com"', isHostname);

const sniRoute = record<SniRouteConfig>({ hostnames: list(hostname, 1), backend: name });

const redirect = record<RedirectConfig>({
  from: path,
  to: text('a path such as "/webapp", or a URL such as "https://twc.example.com/"', isRedirectTarget),
  status: oneOf(301, 302, 307, 308),
});

const range = text('an address range such as "10.0.0.0/8"', isCidr);

const proxyProtocol = record<ProxyProtocolConfig>({
  accept: oneOf('Optional', 'Required'),
  trusted: list(range, 1),
});

const clientCertificates = record<ClientCertificatesConfig>({
  trustFiles: list(fileName, 1),
  mode: optional(oneOf('Required', 'Optional')),
  forward: optional(oneOf('ClientCert')),
});

const limits = record<FrontendLimits>({
  connections: integer(1, 1_000_000),
  connectionsPerSource: optional(integer(1, 1_000_000)),
  headerBytes: integer(1024, 1_048_576, 'bytes'),
  bodyBytes: integer(0, Number.MAX_SAFE_INTEGER, 'bytes, 0 for no limit'),
  minimumRate: optional(
    record<MinimumRate>({
      bytesPerSecond: integer(0, 1_000_000_000, '0 for no minimum'),
      tolerance: duration,
    }),
  ),
});

const timeouts = record<FrontendTimeouts>({
  handshake: duration,
  connect: duration,
  idle: duration,
  header: duration,
  request: duration,
  keepAlive: duration,
  halfClose: duration,
  drain: integer(0, MAX_DURATION, 'milliseconds'),
});

const frontend = record<FrontendConfig>({
  name,
  address: text('an IPv4 or IPv6 address of this host, such as "::"', isAddress),
  port,
  publicPort: port,
  protocol: oneOf('TCP', 'TLS', 'HTTP', 'HTTPS'),
  proxyProtocol: optional(proxyProtocol),
  certificates: list(name),
  clientCertificates: optional(clientCertificates),
  hostnames: list(hostname),
  routes: list(route),
  sniRoutes: optional(list(sniRoute)),
  redirects: list(redirect),
  backend: optional(name),
  sourceRanges: optional(list(range)),
  trustedSources: list(range),
  policies: optional(frontendPolicies),
  limits,
  timeouts,
});

const serverHost = text('a DNS name or an IP address, without scheme, port and brackets', isServerHost);

const server = record<ServerConfig>({ host: serverHost, port, weight: optional(integer(0, 100)) });

const upstreamTls = record<UpstreamTlsConfig>({
  verify: oneOf('Chain', 'Pinned', 'None'),
  trustFiles: list(fileName),
  pinnedSha256: list(sha256),
  serverName: optional(serverHost),
});

const threshold = integer(1, 100);

const healthCheck = record<HealthCheckConfig>({
  protocol: oneOf('TCP', 'TLS', 'HTTP', 'HTTPS'),
  path: optional(path),
  expectedStatus: optional(integer(200, 599)),
  interval: duration,
  timeout: duration,
  healthyThreshold: threshold,
  unhealthyThreshold: threshold,
});

const health = record<HealthConfig>({
  active: optional(healthCheck),
  passive: record<PassiveHealthConfig>({ failures: integer(1, 1000) }),
  slowStart: integer(0, MAX_DURATION, 'milliseconds'),
});

const backendLimits = record<BackendLimits>({
  connections: integer(1, 1_000_000),
  queueTimeout: duration,
});

const stickyCookie = record<StickyCookieConfig>({
  name: text('a name of letters, digits, hyphens and underscores, at most 64 characters', isCookieName),
  sameSite: oneOf('Lax', 'Strict', 'None'),
  key: text('a key as 64 lower-case hex digits', isSha256),
});

const backend = record<BackendConfig>({
  name,
  protocol: oneOf('TCP', 'TLS', 'HTTP', 'HTTPS'),
  balance: oneOf('SourceAddress', 'RoundRobin', 'LeastConnections'),
  servers: list(server, 1),
  proxyProtocol: optional(oneOf('V1', 'V2')),
  tls: optional(upstreamTls),
  health,
  limits: optional(backendLimits),
  stickyCookie: optional(stickyCookie),
  addresses: optional(addressRules),
});

/** The shape of the document: every field with what it may hold. */
export const proxyConfig = record<ProxyConfig>({
  version: oneOf(1),
  accessLog: oneOf('Off', 'Errors', 'All'),
  certificates: list(certificate),
  frontends: list(frontend),
  backends: list(backend),
});
