import { covers } from '../../certificates/coverage.ts';
import type { SubjectNames } from '../../certificates/types.ts';
import type { TeamworkProxySpec } from '../../api/spec/spec.ts';
import type { Finding } from '../../api/status.ts';
import { publicName } from './public-name.ts';
import type { Flow, PlannedCertificate, ServedCertificate } from './types.ts';

interface CoverageContext {
  readonly spec: TeamworkProxySpec;
  readonly certificates: readonly PlannedCertificate[];
  /** Addresses that flows have, by name of the frontend. */
  readonly addresses: ReadonlyMap<string, string>;
}

/**
 * Names and addresses by which clients reach a flow, and which none of its certificates covers: browsers and Java clients will refuse to connect. An address
 * counts where there is no name.
 */
export function coverageFindings(flows: readonly Flow[], context: CoverageContext): readonly Finding[] {
  return flows.flatMap((flow) => {
    const shown = shownCertificates(flow, context);
    if (shown.length === 0) return [];
    return [...uncoveredNames(flow, shown), ...uncoveredAddress(flow, shown, context.addresses)];
  });
}

function uncoveredNames(flow: Flow, shown: readonly ServedCertificate[]): readonly Finding[] {
  const { name, hostnames, loadBalancer } = flow.frontend;
  const wanted = [
    ...hostnames.map((hostname) => ({ hostname, field: 'hostnames' })),
    ...(loadBalancer.hostname === undefined || hostnames.includes(loadBalancer.hostname)
      ? []
      : [{ hostname: loadBalancer.hostname, field: 'loadBalancer.hostname' }]),
  ];
  return wanted
    .filter(({ hostname }) => !shown.some(({ material }) => coversAll(material.leaf, hostname)))
    .map(({ hostname, field }) => ({
      path: `spec.frontends[${name}].${field}`,
      reason: 'HostnameNotCovered',
      message: `${uncovered(flow, shown, hostname)}; renew the certificate with this name`,
    }));
}

function uncoveredAddress(
  flow: Flow,
  shown: readonly ServedCertificate[],
  addresses: ReadonlyMap<string, string>,
): readonly Finding[] {
  const { frontend } = flow;
  const address = addresses.get(frontend.name) ?? frontend.loadBalancer.address;
  if (address === undefined || publicName(frontend) !== undefined || frontend.hostnames.length > 0) return [];
  if (shown.some(({ material }) => covers(material.leaf, address))) return [];
  return [
    {
      path: `spec.frontends[${frontend.name}].loadBalancer`,
      reason: 'AddressNotCovered',
      message: `${uncovered(flow, shown, address)}; renew the certificate with this address, or give the flow a name that it covers with ${nameField(frontend.name, flow)}`,
    },
  ];
}

/** A flow of a shorthand gets its name there. */
function nameField(name: string, { passedOn }: Flow): string {
  return passedOn === null ? 'loadBalancer.hostname' : `teamworkCloud.hostnames.${name}`;
}

function uncovered(flow: Flow, shown: readonly ServedCertificate[], wanted: string): string {
  const whose =
    flow.passedOn === null
      ? 'no certificate of this frontend'
      : `certificate ${flow.passedOn}, which the servers of this flow are taken to have as well, does not cover`;
  const verb = flow.passedOn === null ? ' covers' : '';
  return `${whose}${verb} ${wanted} (covered: ${namesOf(shown)}), so clients that connect to it will refuse it`;
}

/** The certificates that clients of a flow see: its own, or those that its servers have. */
function shownCertificates(
  { certificates: own, passedOn }: Flow,
  { certificates }: CoverageContext,
): readonly ServedCertificate[] {
  const names = passedOn === null ? own : [passedOn];
  return certificates
    .filter((certificate) => certificate.state !== 'Missing')
    .filter(({ name }) => names.includes(name));
}

/** A host name with a wildcard is covered by the same wildcard alone. */
function coversAll(leaf: SubjectNames, hostname: string): boolean {
  if (!hostname.startsWith('*.')) return covers(leaf, hostname);
  return leaf.dnsNames.some((name) => name.toLowerCase() === hostname);
}

function namesOf(shown: readonly ServedCertificate[]): string {
  const names = shown.flatMap(({ material }) => [...material.leaf.dnsNames, ...material.leaf.ipAddresses]);
  return names.join(', ') || 'nothing';
}
