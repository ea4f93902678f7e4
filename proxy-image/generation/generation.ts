import type { LoadedCertificate } from '../config/certificate.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { FrontendConfig, RouteConfig } from '../config/types.ts';
import { forwardLabel } from '../http/routing/router.ts';
import { ForwardTargets } from '../http/forwarding/targets.ts';
import type { HttpFrontend } from '../http/types.ts';
import { rangeMatcher } from '../addresses/ranges.ts';
import { buildIdentify } from '../listener/identify.ts';
import type { Identify } from '../listener/identify.ts';
import { listenerMetrics, type ListenerFamilies, type ListenerMetrics } from '../listener/metrics.ts';
import { forwardMetrics, type ForwardFamilies } from '../tcp/metrics.ts';
import type { ForwardTarget } from '../tcp/forward.ts';
import type { SplitTarget } from '../tcp/split.ts';
import { misdirectedAmong } from '../tls/misdirected.ts';
import { NameMap } from '../tls/names.ts';
import type { ClientCertificates } from '../tls/client-certificates.ts';
import { TlsTerminator } from '../tls/terminator.ts';
import type { Upstream } from '../upstream/types.ts';
import type { UpstreamLease, UpstreamRegistry } from './upstreams.ts';

/** A configuration made ready to be served. It never changes; a reload builds the next one and swaps. */
export interface Generation {
  readonly loaded: LoadedConfig;
  readonly frontends: readonly FrontendGeneration[];
  readonly upstreams: readonly Upstream[];
  readonly forwards: readonly PlacedTargets[];
  /** Lets go of the upstreams; those in use by connections serve on until these end. */
  retire(): void;
}

/** The targets of one route whose requests name them. */
export interface PlacedTargets {
  readonly frontend: string;
  /** The route's first path. */
  readonly path: string;
  readonly targets: ForwardTargets;
}

/** One frontend of a generation: what becomes of a connection on its listener. */
export interface FrontendGeneration {
  readonly config: FrontendConfig;
  /** Null where the other end of a connection is always its client. */
  readonly identify: Identify | null;
  /** Tells whether a client with this address may connect; null where everybody may. */
  readonly allows: ((address: string) => boolean) | null;
  /** Null when TLS is not ended here. */
  readonly tls: TlsTerminator | null;
  readonly target: FrontendTarget;
  readonly metrics: ListenerMetrics;
}

export type FrontendTarget =
  | { readonly kind: 'Forward'; readonly forward: ForwardTarget }
  | { readonly kind: 'Split'; readonly split: SplitTarget }
  | { readonly kind: 'Http'; readonly http: HttpFrontend };

/** What a generation is built with beside its configuration. */
export interface GenerationParts {
  readonly upstreams: UpstreamRegistry;
  readonly metrics: ForwardFamilies & ListenerFamilies;
  /** 48 bytes. */
  readonly ticketKeys: Buffer;
}

/**
 * Builds everything that a configuration needs, and only that: nothing that serves is touched.
 *
 * @throws if any part can't be built; what had been acquired until then has been released
 */
export function buildGeneration(loaded: LoadedConfig, parts: GenerationParts): Generation {
  const leases = new Map<string, UpstreamLease>();
  const forwards = new Map<RouteConfig, ForwardTargets>();
  const retire = (): void => {
    for (const lease of leases.values()) {
      lease.release();
    }
    leases.clear();
    for (const targets of forwards.values()) {
      targets.retire();
    }
  };
  try {
    for (const backend of loaded.config.backends) {
      const trust = (backend.tls?.trustFiles ?? []).map((file) => loaded.trust.get(file) ?? '');
      leases.set(backend.name, parts.upstreams.acquire(backend, trust));
    }
    const upstreams = new Map([...leases].map(([name, { upstream }]) => [name, upstream]));
    const frontends = loaded.config.frontends.map((config) =>
      buildFrontend(config, loaded, { upstreams, forwards: buildForwards(config, loaded, forwards) }, parts),
    );
    return {
      loaded,
      frontends,
      upstreams: [...upstreams.values()],
      forwards: loaded.config.frontends.flatMap((frontend) => placedTargets(frontend, forwards)),
      retire,
    };
  } catch (error) {
    retire();
    throw error;
  }
}

type Upstreams = ReadonlyMap<string, Upstream>;

/** Where requests can go. */
interface Destinations {
  readonly upstreams: Upstreams;
  readonly forwards: HttpFrontend['forwards'];
}

function placedTargets(
  { name: frontend, routes }: FrontendConfig,
  all: ReadonlyMap<RouteConfig, ForwardTargets>,
): readonly PlacedTargets[] {
  return routes.flatMap((route) => {
    const targets = all.get(route);
    return targets === undefined ? [] : [{ frontend, path: route.paths[0] ?? '', targets }];
  });
}

/** Those of one frontend; they are added to `all`. */
function buildForwards(
  { routes }: FrontendConfig,
  { trust }: LoadedConfig,
  all: Map<RouteConfig, ForwardTargets>,
): Destinations['forwards'] {
  const own = new Map<RouteConfig, ForwardTargets>();
  for (const route of routes) {
    if (route.forward !== undefined) {
      const trustPems = (route.forward.tls?.trustFiles ?? []).map((file) => trust.get(file) ?? '');
      own.set(route, new ForwardTargets(route.forward, trustPems, forwardLabel(route)));
    }
  }
  for (const [route, targets] of own) {
    all.set(route, targets);
  }
  return own;
}

function buildFrontend(
  config: FrontendConfig,
  loaded: LoadedConfig,
  destinations: Destinations,
  parts: GenerationParts,
): FrontendGeneration {
  return {
    config,
    identify: buildIdentify(config),
    allows: buildAllows(config),
    tls: buildTerminator(config, loaded, parts),
    target: buildTarget(config, loaded, destinations, parts),
    metrics: listenerMetrics(parts.metrics, config.name),
  };
}

/** What clients of HTTPS frontends may choose from (ALPN); one that does not choose gets HTTP/1.1. */
const HTTP_VERSIONS = ['h2', 'http/1.1'];

function buildTerminator(
  config: FrontendConfig,
  loaded: LoadedConfig,
  { ticketKeys }: GenerationParts,
): TlsTerminator | null {
  if (config.protocol === 'TCP' || config.protocol === 'HTTP') {
    return null;
  }
  const [first, ...others] = config.certificates.map((name) => certificate(name, loaded));
  if (first === undefined) {
    throw new Error(`frontend ${config.name} has no certificate`);
  }
  return new TlsTerminator({
    frontend: config.name,
    certificates: [first, ...others],
    ticketKeys,
    clientCertificates: buildClientCertificates(config, loaded),
    alpn: config.protocol === 'HTTPS' ? HTTP_VERSIONS : [],
    handshakeTimeout: config.timeouts.handshake,
  });
}

function buildClientCertificates(
  { clientCertificates }: FrontendConfig,
  { trust }: LoadedConfig,
): ClientCertificates | null {
  if (clientCertificates === undefined) {
    return null;
  }
  const { trustFiles, mode = 'Required', forward } = clientCertificates;
  return { mode, trust: trustFiles.map((file) => trust.get(file) ?? ''), told: forward !== undefined };
}

function buildAllows({ sourceRanges = [] }: FrontendConfig): FrontendGeneration['allows'] {
  return sourceRanges.length === 0 ? null : rangeMatcher(sourceRanges);
}

function certificate(name: string, { certificates }: LoadedConfig): LoadedCertificate {
  const found = certificates.get(name);
  if (found === undefined) {
    throw new Error(`there is no certificate ${name}`);
  }
  return found;
}

function buildTarget(
  config: FrontendConfig,
  loaded: LoadedConfig,
  { upstreams, forwards }: Destinations,
  { metrics }: GenerationParts,
): FrontendTarget {
  if (config.protocol === 'HTTP' || config.protocol === 'HTTPS') {
    const misdirected = misdirectedAmong(config.certificates.map((name) => certificate(name, loaded)));
    return {
      kind: 'Http',
      http: { config, upstreams: upstreamsOf(config, upstreams), forwards, misdirected },
    };
  }
  const to = (backend: string): ForwardTarget => {
    const upstream = upstreams.get(backend);
    if (upstream === undefined) {
      throw new Error(`frontend ${config.name} has no backend`);
    }
    return { config, upstream, metrics: forwardMetrics(metrics, config.name, backend) };
  };
  const { backend, sniRoutes = [], timeouts } = config;
  if (sniRoutes.length === 0) {
    return { kind: 'Forward', forward: to(backend ?? '') };
  }
  const routes = sniRoutes.map((route) => ({ names: route.hostnames, value: to(route.backend) }));
  return {
    kind: 'Split',
    split: {
      names: new NameMap(routes),
      fallback: backend === undefined ? null : to(backend),
      timeout: timeouts.handshake,
    },
  };
}

/** The upstreams that a frontend's routes lead to. */
function upstreamsOf({ backend, routes }: FrontendConfig, upstreams: Upstreams): Upstreams {
  const names = new Set([backend, ...routes.map((route) => route.backend)]);
  return new Map([...upstreams].filter(([name]) => names.has(name)));
}
