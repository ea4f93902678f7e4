import type {
  BackendConfig,
  BackendProtocol,
  FrontendConfig,
  ProxyConfig,
  RedirectConfig,
} from '../types.ts';
import { overlap } from './addresses.ts';
import { field, item, report } from './decoder.ts';
import type { Draft, Place } from './decoder.ts';
import { checkForwards } from './forward.ts';
import { checkHealthCheck } from './health-check.ts';
import { checkPolicies } from './policies.ts';

/** What the parts of a document can name. */
interface Known {
  readonly certificates: ReadonlySet<string>;
  readonly backends: ReadonlyMap<string, Draft<BackendConfig>>;
}

/** Checks what no part can tell alone: names that are given twice or not at all, listeners in each other's way, protocols that don't fit. */
export function checkReferences(config: Draft<ProxyConfig>, place: Place): void {
  const frontends = config.frontends ?? [];
  const backends = config.backends ?? [];
  const certificates = config.certificates ?? [];
  const known: Known = {
    certificates: new Set(certificates.flatMap((certificate) => certificate?.name ?? [])),
    backends: new Map(
      backends.flatMap((backend) => (backend?.name === undefined ? [] : [[backend.name, backend]])),
    ),
  };
  for (const [list, entries] of Object.entries({ certificates, frontends, backends })) {
    reportRepeated(
      entries.map((entry) => entry?.name),
      field(place, list),
      'name',
    );
  }
  reportOverlaps(frontends, field(place, 'frontends'));
  for (const [index, frontend] of frontends.entries()) {
    checkFrontend(frontend ?? {}, known, item(field(place, 'frontends'), index));
  }
  for (const [index, backend] of backends.entries()) {
    checkBackend(backend ?? {}, item(field(place, 'backends'), index));
  }
}

function checkFrontend(frontend: Draft<FrontendConfig>, known: Known, place: Place): void {
  checkCertificates(frontend, known, place);
  checkClientCertificates(frontend, place);
  checkSniRoutes(frontend, place);
  checkForwards(frontend, place);
  checkPolicies(frontend, known.backends, place);
  for (const { name, place: where } of backendNames(frontend, place)) {
    checkBackendReference(name, frontend.protocol, known, where);
  }
  switch (frontend.protocol) {
    case 'TCP':
    case 'TLS':
      return checkLayer4(frontend, place);
    case 'HTTP':
    case 'HTTPS':
      return checkLayer7(frontend, place);
    case undefined:
      return undefined;
  }
}

function checkCertificates(
  { protocol, certificates = [] }: Draft<FrontendConfig>,
  known: Known,
  place: Place,
): void {
  const where = field(place, 'certificates');
  const endsTls = protocol === 'TLS' || protocol === 'HTTPS';
  if (endsTls && certificates.length === 0) {
    report(where, `is empty: a frontend with protocol ${protocol} ends TLS, name at least one certificate`);
  }
  if (protocol !== undefined && !endsTls && certificates.length > 0) {
    report(where, `is not used with protocol ${protocol}: remove it, or set protocol to TLS or HTTPS`);
  }
  reportRepeated(certificates, where);
  for (const [index, name] of certificates.entries()) {
    if (name !== undefined && !known.certificates.has(name)) {
      report(item(where, index), `there is no certificate "${name}": ${choose(known.certificates)}`);
    }
  }
}

function checkClientCertificates(
  { protocol, clientCertificates }: Draft<FrontendConfig>,
  place: Place,
): void {
  if (clientCertificates !== undefined && (protocol === 'TCP' || protocol === 'HTTP')) {
    report(
      field(place, 'clientCertificates'),
      `is not used with protocol ${protocol}: remove it, or set protocol to TLS or HTTPS`,
    );
  }
  if (clientCertificates?.forward !== undefined && protocol === 'TLS') {
    report(
      field(field(place, 'clientCertificates'), 'forward'),
      'is not used with protocol TLS, which passes on no requests: remove it, or set protocol to HTTPS',
    );
  }
}

function backendNames(
  frontend: Draft<FrontendConfig>,
  place: Place,
): readonly { readonly name: string; readonly place: Place }[] {
  const routes = (['routes', 'sniRoutes'] as const).flatMap((list) =>
    (frontend[list] ?? []).map((route, index) => ({
      name: route?.backend,
      place: field(item(field(place, list), index), 'backend'),
    })),
  );
  return [{ name: frontend.backend, place: field(place, 'backend') }, ...routes].flatMap(({ name, place }) =>
    name === undefined ? [] : [{ name, place }],
  );
}

function checkBackendReference(
  name: string,
  protocol: FrontendConfig['protocol'] | undefined,
  { backends }: Known,
  place: Place,
): void {
  const backend = backends.get(name);
  if (backend === undefined) {
    report(place, `there is no backend "${name}": ${choose(backends.keys())}`);
    return;
  }
  if (
    protocol === undefined ||
    backend.protocol === undefined ||
    isLayer4(protocol) === isLayer4(backend.protocol)
  ) {
    return;
  }
  const fitting = isLayer4(protocol) ? 'TCP or TLS' : 'HTTP or HTTPS';
  report(
    place,
    `backend "${name}" has protocol ${backend.protocol}, which does not fit a frontend with protocol ${protocol}: name a backend with protocol ${fitting}`,
  );
}

function isLayer4(protocol: FrontendConfig['protocol']): boolean {
  return protocol === 'TCP' || protocol === 'TLS';
}

function checkLayer4(frontend: Draft<FrontendConfig>, place: Place): void {
  const splits = (frontend.sniRoutes ?? []).length > 0;
  if (frontend.backend === undefined && !splits && !reported(field(place, 'backend'))) {
    report(field(place, 'backend'), `is missing: a frontend with protocol ${frontend.protocol} needs one`);
  }
  for (const name of ['hostnames', 'routes', 'redirects', 'trustedSources'] as const) {
    if ((frontend[name] ?? []).length > 0) {
      report(
        field(place, name),
        `is not used with protocol ${frontend.protocol}: empty it, or set protocol to HTTP or HTTPS`,
      );
    }
  }
}

function checkSniRoutes({ protocol, sniRoutes = [] }: Draft<FrontendConfig>, place: Place): void {
  const where = field(place, 'sniRoutes');
  if (protocol !== 'TCP' && sniRoutes.length > 0) {
    report(where, `is not used with protocol ${protocol}: empty it, or set protocol to TCP`);
  }
  reportRepeatedInside(
    sniRoutes.map((route) => route?.hostnames ?? []),
    where,
    'hostnames',
  );
}

function checkLayer7(
  { backend, hostnames = [], routes = [], redirects = [], policies }: Draft<FrontendConfig>,
  place: Place,
): void {
  const answers = redirects.length > 0 || policies?.requireHttps !== undefined;
  if (backend === undefined && routes.length === 0 && !answers && !reported(place)) {
    report(place, 'serves nothing: give it routes, redirects or a backend');
  }
  reportRepeated(hostnames, field(place, 'hostnames'));
  reportRepeatedInside(
    routes.map((route) => route?.paths ?? []),
    field(place, 'routes'),
    'paths',
  );
  reportRepeated(
    redirects.map((redirect) => redirect?.from),
    field(place, 'redirects'),
    'from',
  );
  for (const [index, redirect] of redirects.entries()) {
    checkRedirect(redirect ?? {}, item(field(place, 'redirects'), index));
  }
}

function checkRedirect({ from, to }: Draft<RedirectConfig>, place: Place): void {
  if (from !== undefined && to !== undefined && to.split(/[?#]/)[0] === from) {
    report(field(place, 'to'), `leads from ${from} to itself: give another target`);
  }
}

function checkBackend(backend: Draft<BackendConfig>, place: Place): void {
  const { protocol, servers = [], health } = backend;
  reportRepeated(
    servers.map((server) =>
      server?.host === undefined || server.port === undefined
        ? undefined
        : `${server.host} port ${server.port}`,
    ),
    field(place, 'servers'),
  );
  if (protocol === undefined) {
    return;
  }
  checkTls(backend, protocol, place);
  if (backend.stickyCookie !== undefined && isLayer4(protocol)) {
    report(
      field(place, 'stickyCookie'),
      `is not used with protocol ${protocol}: remove it, or set protocol to HTTP or HTTPS`,
    );
  }
  checkHealthCheck(health?.active, protocol, field(field(place, 'health'), 'active'));
}

function checkTls({ tls }: Draft<BackendConfig>, protocol: BackendProtocol, place: Place): void {
  const where = field(place, 'tls');
  const speaksTls = protocol === 'TLS' || protocol === 'HTTPS';
  if (!speaksTls && tls !== undefined) {
    report(where, `is not used with protocol ${protocol}: remove it, or set protocol to TLS or HTTPS`);
  } else if (speaksTls && tls === undefined && !reported(where)) {
    report(where, `is missing: with protocol ${protocol} say how the servers' certificates are verified`);
  } else if (tls?.verify !== undefined) {
    checkVerification(tls, where);
  }
}

function checkVerification(
  { verify, pinnedSha256 = [], trustFiles = [] }: Draft<NonNullable<BackendConfig['tls']>>,
  place: Place,
): void {
  if (verify === 'Pinned' && pinnedSha256.length === 0) {
    report(
      field(place, 'pinnedSha256'),
      'is empty: with verify Pinned give the fingerprint of at least one certificate',
    );
  }
  if (verify !== 'Pinned' && pinnedSha256.length > 0) {
    report(
      field(place, 'pinnedSha256'),
      `is not looked at with verify ${verify}: empty it, or set verify to Pinned`,
    );
  }
  if (verify !== 'Chain' && trustFiles.length > 0) {
    report(
      field(place, 'trustFiles'),
      `is not looked at with verify ${verify}: empty it, or set verify to Chain`,
    );
  }
}

function reportOverlaps(frontends: readonly (Draft<FrontendConfig> | undefined)[], place: Place): void {
  const before: Draft<FrontendConfig>[] = [];
  for (const [index, frontend] of frontends.entries()) {
    const { address, port } = frontend ?? {};
    if (address === undefined || port === undefined) {
      continue;
    }
    const other = before.find((other) => other.port === port && overlap(other.address ?? '', address));
    if (other !== undefined) {
      report(
        field(item(place, index), 'port'),
        `${port} on ${address} is taken by frontend "${other.name ?? '?'}", which listens on ${other.address}: give one of them another port or address`,
      );
    }
    before.push({ ...frontend });
  }
}

/** The same for the lists of several routes; `name` is the field of a route that holds its list. */
function reportRepeatedInside(
  lists: readonly (readonly (string | undefined)[])[],
  place: Place,
  name: string,
): void {
  const seen = new Map<string, string>();
  for (const [route, values] of lists.entries()) {
    for (const [index, value] of values.entries()) {
      const where = item(field(item(place, route), name), index);
      const first = value === undefined ? undefined : seen.get(value);
      if (first !== undefined) {
        report(where, `${value} is routed by ${first} already: remove one of them`);
      } else if (value !== undefined) {
        seen.set(value, where.path);
      }
    }
  }
}

/** Reports each value that stands in the list before; `name` is the field of the list's items that holds it. */
function reportRepeated(values: readonly (string | undefined)[], place: Place, name?: string): void {
  const seen = new Map<string, number>();
  for (const [index, value] of values.entries()) {
    const first = value === undefined ? undefined : seen.get(value);
    if (first !== undefined) {
      const where = item(place, index);
      report(
        name === undefined ? where : field(where, name),
        `"${value}" stands in ${item(place, first).path} already: remove or change one of them`,
      );
    } else if (value !== undefined) {
      seen.set(value, index);
    }
  }
}

/** True when something below this place is known to be wrong already, which the same fault must not be reported for again. */
function reported({ path, errors }: Place): boolean {
  return errors.some(
    (error) => error.path === path || error.path.startsWith(`${path}.`) || error.path.startsWith(`${path}[`),
  );
}

function choose(names: Iterable<string>): string {
  const list = [...names].join(', ');
  return list === '' ? 'none is configured, add it' : `add it, or name one of ${list}`;
}
