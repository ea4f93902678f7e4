import { covers } from '../../certificates/coverage.ts';
import type { Finding } from '../../api/status.ts';
import type { Flow, PlannedCertificate } from './types.ts';

/** Host names that a frontend serves and none of its certificates covers: browsers and Java clients will refuse to connect. */
export function uncoveredNames(
  flows: readonly Flow[],
  certificates: readonly PlannedCertificate[],
): readonly Finding[] {
  return flows.flatMap(({ frontend, certificates: names }) => {
    const served = certificates
      .filter((certificate) => certificate.state !== 'Missing')
      .filter(({ name }) => names.includes(name));
    if (served.length === 0) return [];
    return frontend.hostnames
      .filter((hostname) => !served.some(({ material }) => coversAll(material.leaf, hostname)))
      .map((hostname) => ({
        path: `spec.frontends[${frontend.name}].hostnames`,
        reason: 'HostnameNotCovered',
        message: `no certificate of this frontend covers ${hostname} (they cover ${namesOf(served)}), so clients will refuse it; renew the certificate with this name`,
      }));
  });
}

type Leaf = Parameters<typeof covers>[0];

/** A host name with a wildcard is covered by the same wildcard alone. */
function coversAll(leaf: Leaf, hostname: string): boolean {
  if (!hostname.startsWith('*.')) return covers(leaf, hostname);
  return leaf.dnsNames.some((name) => name.toLowerCase() === hostname);
}

function namesOf(served: readonly { readonly material: { readonly leaf: Leaf } }[]): string {
  const names = served.flatMap(({ material }) => [...material.leaf.dnsNames, ...material.leaf.ipAddresses]);
  return names.join(', ') || 'no name';
}
