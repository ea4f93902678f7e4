import { isIP } from 'node:net';
import { canonicalAddress } from './address.ts';
import type { SubjectNames } from './types.ts';

/**
 * Whether a certificate is valid for what a client connects to, a DNS name or an IP address (RFC 9525 section 6): DNS names without regard to case,
 * a `*` for exactly the leftmost label, addresses as equal addresses, and never the common name.
 */
export function covers(names: SubjectNames, server: string): boolean {
  if (isIP(server) !== 0) return names.ipAddresses.includes(canonicalAddress(server));
  const wanted = labelsOf(server);
  return names.dnsNames.some((name) => matches(labelsOf(name), wanted));
}

function matches(presented: readonly string[], wanted: readonly string[]): boolean {
  if (presented.length !== wanted.length || wanted.includes('')) return false;
  return presented.every(
    (label, index) => label === wanted[index] || (label === '*' && index === 0 && presented.length > 1),
  );
}

function labelsOf(name: string): string[] {
  return name.toLowerCase().replace(/\.$/, '').split('.');
}
