import { canonicalAddress } from '../../certificates/address.ts';
import type { BackendSpec } from '../../api/spec/backend.ts';
import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type { TeamworkProxySpec } from '../../api/spec/spec.ts';
import type { Finding } from '../../api/status.ts';
import { milliseconds } from '../units.ts';
import { forwardsOf, unusableForwards } from './forward.ts';
import { unusablePolicies } from './policies.ts';
import { backendNames } from './references.ts';

/**
 * What can't work. Admission refuses most of this already; here it is checked once more on the expanded lists, where the shorthand's
 * frontends and backends stand beside the explicit ones, and where the entry at fault can be named.
 */
export function refusals(
  frontends: readonly FrontendSpec[],
  backends: readonly BackendSpec[],
  spec: Pick<TeamworkProxySpec, 'certificates' | 'authorities'>,
): readonly Finding[] {
  const backendsByName = new Map(backends.map((backend) => [backend.name, backend]));
  return [
    ...frontends.flatMap((frontend) => unknownBackends(frontend, backendsByName)),
    ...frontends.flatMap((frontend) => mixedLayers(frontend, backendsByName)),
    ...unknownCertificates(frontends, spec),
    ...unknownTrust(frontends, backends, spec),
    ...addressClashes(frontends),
    ...frontends.flatMap(repeatedPaths),
    ...frontends.flatMap(repeatedNames),
    ...frontends.flatMap(unusableTimeouts),
    ...frontends.flatMap(unusableForwards),
    ...frontends.flatMap((frontend) => unusablePolicies(frontend, backendsByName)),
  ];
}

function unknownBackends(
  frontend: FrontendSpec,
  backends: ReadonlyMap<string, BackendSpec>,
): readonly Finding[] {
  return backendNames(frontend)
    .filter((name) => !backends.has(name))
    .map((name) => ({
      path: `spec.frontends[${frontend.name}]`,
      reason: 'UnknownBackend',
      message: `there is no backend ${name} (there are ${list(backends.keys())}); add it to spec.backends or correct the name`,
    }));
}

function mixedLayers(frontend: FrontendSpec, backends: ReadonlyMap<string, BackendSpec>): readonly Finding[] {
  return backendNames(frontend)
    .flatMap((name) => backends.get(name) ?? [])
    .filter(({ protocol }) => isLayer4(protocol) !== isLayer4(frontend.protocol))
    .map(({ name, protocol }) => ({
      path: `spec.frontends[${frontend.name}]`,
      reason: 'ProtocolMismatch',
      message: `protocol ${frontend.protocol} can't lead to backend ${name} with protocol ${protocol}: behind TCP and TLS a backend has protocol TCP or TLS, behind HTTP and HTTPS it has HTTP or HTTPS`,
    }));
}

function isLayer4(protocol: FrontendSpec['protocol']): boolean {
  return protocol === 'TCP' || protocol === 'TLS';
}

function unknownCertificates(
  frontends: readonly FrontendSpec[],
  { certificates }: Pick<TeamworkProxySpec, 'certificates'>,
): readonly Finding[] {
  const known = new Set(certificates.map(({ name }) => name));
  return frontends.flatMap(({ name: frontend, certificates: names }) =>
    names
      .filter((name) => !known.has(name))
      .map((name) => ({
        path: `spec.frontends[${frontend}].certificates`,
        reason: 'UnknownCertificate',
        message: `there is no certificate ${name} (there are ${list(known)}); add it to spec.certificates or correct the name`,
      })),
  );
}

function unknownTrust(
  frontends: readonly FrontendSpec[],
  backends: readonly BackendSpec[],
  { certificates, authorities }: Pick<TeamworkProxySpec, 'certificates' | 'authorities'>,
): readonly Finding[] {
  const known = new Set([...authorities, ...certificates].map(({ name }) => name));
  const uses = [
    ...frontends.map(({ name, clientCertificates }) => ({
      path: `spec.frontends[${name}].clientCertificates.trust`,
      names: clientCertificates?.trust ?? [],
    })),
    ...frontends.flatMap(forwardsOf).map(({ path, forward }) => ({
      path: `${path}.tls.trust`,
      names: forward.tls?.trust ?? [],
    })),
    ...backends.map(({ name, tls }) => ({
      path: `spec.backends[${name}].tls.trust`,
      names: tls?.trust ?? [],
    })),
  ];
  return uses.flatMap(({ path, names }) =>
    names
      .filter((name) => !known.has(name))
      .map((name) => ({
        path,
        reason: 'UnknownCertificate',
        message: `there are no authorities and no certificate ${name} (there are ${list(known)}); add it to spec.authorities or correct the name`,
      })),
  );
}

function addressClashes(frontends: readonly FrontendSpec[]): readonly Finding[] {
  const takenBy = new Map<string, string>();
  const clashes: Finding[] = [];
  for (const { name, port, loadBalancer } of frontends) {
    if (loadBalancer.address === undefined) continue;
    const place = `${canonicalAddress(loadBalancer.address)} port ${port}`;
    const first = takenBy.get(place);
    if (first === undefined) {
      takenBy.set(place, name);
      continue;
    }
    clashes.push({
      path: `spec.frontends[${name}].loadBalancer.address`,
      reason: 'AddressConflict',
      message: `frontends ${first} and ${name} both ask for ${place}; give each an address of its own, or another port`,
    });
  }
  return clashes;
}

function repeatedPaths(frontend: FrontendSpec): readonly Finding[] {
  const uses = [
    ...repeated(frontend.routes.flatMap(({ paths }) => paths)).map((path) => ['routes', path] as const),
    ...repeated(frontend.redirects.map(({ from }) => from)).map((path) => ['redirects', path] as const),
  ];
  return uses.map(([field, path]) => ({
    path: `spec.frontends[${frontend.name}].${field}`,
    reason: 'RepeatedPath',
    message: `${path} is given more than once, so it is undecided where it leads; keep one`,
  }));
}

function repeatedNames({ name, sniRoutes }: FrontendSpec): readonly Finding[] {
  return repeated(sniRoutes.flatMap(({ hostnames }) => hostnames)).map((hostname) => ({
    path: `spec.frontends[${name}].sniRoutes`,
    reason: 'RepeatedHostname',
    message: `${hostname} is given more than once, so it is undecided where it leads; keep one`,
  }));
}

function repeated(values: readonly string[]): readonly string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** Longest time that a timer can run, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** A timeout of nothing would end everything at once; only what is drained may be. */
function unusableTimeouts({ name, timeouts, limits }: FrontendSpec): readonly Finding[] {
  const times = {
    ...Object.fromEntries(Object.entries(timeouts).map(([timeout, time]) => [`timeouts.${timeout}`, time])),
    'limits.minimumRate.tolerance': limits.minimumRate.tolerance,
  };
  return Object.entries(times)
    .map(([field, duration]) => ({ field, duration, length: milliseconds(duration) }))
    .filter(({ field, length }) => length > MAX_TIMEOUT || (length === 0 && field !== 'timeouts.drain'))
    .map(({ field, duration }) => ({
      path: `spec.frontends[${name}].${field}`,
      reason: 'UnusableTimeout',
      message: `${duration} can't be kept; give a time from 1ms to 24 days`,
    }));
}

function list(names: Iterable<string>): string {
  return [...names].join(', ') || 'none';
}
