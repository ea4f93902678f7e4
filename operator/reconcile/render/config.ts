import { createHash } from 'node:crypto';
import type { BackendSpec } from '../../api/spec/backend.ts';
import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type {
  BackendConfig,
  CertificateConfig,
  FrontendConfig,
  ProxyConfig,
} from '../../../proxy-image/config/types.ts';
import { DEFAULT_MINIMUM_RATE } from '../../../proxy-image/config/defaults.ts';
import { authorityFile } from './authority-files.ts';
import { route } from './forward.ts';
import type { TrustFiles } from './forward.ts';
import { health } from './health.ts';
import { frontendPolicies } from './policies.ts';
import { stickyCookie } from './sticky-cookie.ts';
import { bytes, milliseconds } from '../units.ts';
import type {
  Flow,
  Plan,
  PlannedAuthority,
  PlannedBackend,
  PlannedCertificate,
  ServedCertificate,
  TrustedAuthority,
} from '../plan/types.ts';

/** Where a flow is listened on, which differs between a pod and a host. */
export interface ListenerAddress {
  readonly address: string;
  readonly port: number;
  /** Port that clients connect to. */
  readonly publicPort: number;
  /** Whom the proxy itself lets in; left out where that is everybody, or where it does not see the clients' addresses. */
  readonly sourceRanges?: readonly string[];
}

/** Where the proxy finds the files that the plan's certificates are written to. */
export interface CertificateFiles {
  readonly chainFile: (name: string) => string;
  readonly keyFile: (name: string) => string;
  /** The place of a file of authorities. */
  readonly authorityFile: (file: string) => string;
}

/** The file with what is to be trusted under a name. */
type TrustFile = (name: string) => string;

/** Renders the proxy's configuration: the flows that can be served now, and what they need. */
export function renderConfig(
  plan: Plan,
  listen: (flow: Flow) => ListenerAddress,
  files: CertificateFiles,
): ProxyConfig {
  const flows = plan.flows.filter(({ unservable }) => unservable === null);
  const used = new Set(flows.flatMap((flow) => flow.backends));
  const trustFile = trustFiles(plan, files);
  const there = new Set(
    [...servedCertificates(plan.certificates), ...trustedAuthorities(plan.authorities)].map(
      ({ name }) => name,
    ),
  );
  const forwardTrust: TrustFiles = (names) => names.filter((name) => there.has(name)).map(trustFile);
  return {
    version: 1,
    accessLog: plan.proxy.spec.accessLog,
    certificates: servedCertificates(plan.certificates).map((certificate) =>
      certificateConfig(certificate, files),
    ),
    frontends: flows.map((flow) => frontendConfig(flow, listen(flow), trustFile, forwardTrust)),
    backends: plan.backends
      .filter(({ spec }) => used.has(spec.name))
      .map((backend) => backendConfig(backend, plan.proxy.metadata.uid, trustFile)),
  };
}

/** The configuration as the bytes that are mounted, and their digest, by which a pod says what it serves. */
export function serializeConfig(config: ProxyConfig): { readonly text: string; readonly hash: string } {
  const text = `${JSON.stringify(config, null, 2)}\n`;
  return { text, hash: createHash('sha256').update(text).digest('hex') };
}

/** The certificates that there is something to serve of. */
export function servedCertificates(
  certificates: readonly PlannedCertificate[],
): readonly ServedCertificate[] {
  return certificates.filter((certificate) => certificate.state !== 'Missing');
}

/** The authorities that there is something to trust of. */
export function trustedAuthorities(authorities: readonly PlannedAuthority[]): readonly TrustedAuthority[] {
  return authorities.filter((one) => one.state !== 'Missing');
}

function trustFiles({ authorities }: Plan, files: CertificateFiles): TrustFile {
  const byName = new Map(
    trustedAuthorities(authorities).map((one) => [one.name, authorityFile(one.name, one.authorities)]),
  );
  return (name) => {
    const file = byName.get(name);
    return file === undefined ? files.chainFile(name) : files.authorityFile(file);
  };
}

function certificateConfig(
  { name, material }: ServedCertificate,
  files: CertificateFiles,
): CertificateConfig {
  return {
    name,
    chainFile: files.chainFile(name),
    keyFile: files.keyFile(name),
    chainSha256: material.chainSha256,
  };
}

function frontendConfig(
  { frontend, certificates, clientTrust }: Flow,
  listen: ListenerAddress,
  trustFile: TrustFile,
  forwardTrust: TrustFiles,
): FrontendConfig {
  return {
    name: frontend.name,
    ...listen,
    protocol: frontend.protocol,
    ...proxyProtocol(frontend),
    certificates,
    ...clientCertificates(frontend, clientTrust.map(trustFile)),
    hostnames: frontend.hostnames,
    routes: frontend.routes.map((spec) => route(spec, forwardTrust)),
    ...(frontend.sniRoutes.length === 0 ? {} : { sniRoutes: frontend.sniRoutes }),
    redirects: frontend.redirects,
    ...(frontend.backend === undefined ? {} : { backend: frontend.backend }),
    trustedSources: frontend.trustedSources,
    ...frontendPolicies(frontend),
    limits: limits(frontend.limits),
    timeouts: timeouts(frontend.timeouts),
  };
}

function proxyProtocol({
  proxyProtocol: { accept, trusted },
}: FrontendSpec): Pick<FrontendConfig, 'proxyProtocol'> {
  return accept === 'Never' ? {} : { proxyProtocol: { accept, trusted } };
}

/** What is the proxy's own default is left out, as proxies of an earlier release do not know it. */
function clientCertificates(
  { clientCertificates: spec }: FrontendSpec,
  trustFiles: readonly string[],
): Pick<FrontendConfig, 'clientCertificates'> {
  if (spec === undefined) return {};
  const { mode, forward } = spec;
  return {
    clientCertificates: {
      trustFiles,
      ...(mode === 'Required' ? {} : { mode }),
      ...(forward === 'None' ? {} : { forward }),
    },
  };
}

function limits(spec: FrontendSpec['limits']): FrontendConfig['limits'] {
  const { connections, connectionsPerSource, headerBytes, bodySize, minimumRate } = spec;
  return {
    connections,
    ...(connectionsPerSource === undefined ? {} : { connectionsPerSource }),
    headerBytes,
    bodyBytes: bytes(bodySize),
    ...rate(minimumRate),
  };
}

/** What is the proxy's own default is left out, as proxies of an earlier release do not know it. */
function rate(spec: FrontendSpec['limits']['minimumRate']): Pick<FrontendConfig['limits'], 'minimumRate'> {
  const { bytesPerSecond } = spec;
  const tolerance = milliseconds(spec.tolerance);
  const isDefault =
    bytesPerSecond === DEFAULT_MINIMUM_RATE.bytesPerSecond && tolerance === DEFAULT_MINIMUM_RATE.tolerance;
  return isDefault ? {} : { minimumRate: { bytesPerSecond, tolerance } };
}

function timeouts(spec: FrontendSpec['timeouts']): FrontendConfig['timeouts'] {
  return {
    handshake: milliseconds(spec.handshake),
    connect: milliseconds(spec.connect),
    idle: milliseconds(spec.idle),
    header: milliseconds(spec.header),
    request: milliseconds(spec.request),
    keepAlive: milliseconds(spec.keepAlive),
    halfClose: milliseconds(spec.halfClose),
    drain: milliseconds(spec.drain),
  };
}

function backendLimits({ limits }: BackendSpec): Pick<BackendConfig, 'limits'> {
  if (limits === undefined) return {};
  return { limits: { connections: limits.connections, queueTimeout: milliseconds(limits.queueTimeout) } };
}

function backendConfig(
  { spec, servers, trust, addresses }: PlannedBackend,
  uid: string,
  trustFile: TrustFile,
): BackendConfig {
  const common = {
    name: spec.name,
    protocol: spec.protocol,
    balance: spec.balance,
    servers,
    ...(spec.proxyProtocol === 'None' ? {} : { proxyProtocol: spec.proxyProtocol }),
    health: health(spec),
    ...backendLimits(spec),
    ...stickyCookie(spec, uid),
    ...(addresses === null ? {} : { addresses }),
  };
  if (spec.protocol === 'TCP' || spec.protocol === 'HTTP') return common;
  const { verify, pinnedSha256, serverName } = spec.tls ?? {
    verify: 'Chain',
    pinnedSha256: [],
    serverName: undefined,
  };
  return {
    ...common,
    tls: {
      verify,
      trustFiles: trust.map(trustFile),
      pinnedSha256: pinnedSha256.map((fingerprint) => fingerprint.toLowerCase()),
      ...(serverName === undefined ? {} : { serverName }),
    },
  };
}
