import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { canonicalAddress } from '../addresses/canonical.ts';
import { rangeMatcher } from '../addresses/ranges.ts';
import { reachOf } from '../addresses/reach.ts';
import type { AddressRules, BackendConfig } from '../config/types.ts';
import { AddressRefused } from './errors.ts';
import type { Lookup } from './resolver.ts';

/** How a name has been approved. */
interface Approval {
  /** True when an entry names the host itself; false when only one with a wildcard covers it. */
  readonly exact: boolean;
}

/** Tells whether an approved name may lead to an address. */
export type AddressCheck = (address: string, approval: Approval) => boolean;

/**
 * Where the Services of the cluster are that this process runs in, as far as it can know: every pod is told the address of the API server's
 * Service. How long the range is nobody tells a pod; most have 16 bits, or with IPv6 108. Empty outside of clusters.
 */
export function serviceRanges(environment: NodeJS.ProcessEnv): readonly string[] {
  const address = environment['KUBERNETES_SERVICE_HOST'] ?? '';
  return isIPv4(address) ? [`${address}/16`] : isIPv6(address) ? [`${address}/108`] : [];
}

/** Addresses of nobody are refused whatever is allowed; what else speaks against an address counts unless its range is allowed. */
export function addressCheck(
  { allowedAddresses, refusedAddresses }: AddressRules,
  environment: NodeJS.ProcessEnv = process.env,
): AddressCheck {
  const allows = rangeMatcher(allowedAddresses);
  const refuses = rangeMatcher([...refusedAddresses, ...serviceRanges(environment)]);
  return (address, { exact }) => {
    const reach = reachOf(address);
    if (reach === 'Nobody') {
      return false;
    }
    if (allows(address)) {
      return true;
    }
    return !refuses(address) && !isOwn(address) && (reach === 'Public' || (reach === 'Private' && exact));
  };
}

/** Where this host listens itself, the proxy's own ports among them. */
function isOwn(address: string): boolean {
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => canonicalAddress(withoutZone(entry.address)) === address),
  );
}

function withoutZone(address: string): string {
  return address.split('%', 1)[0] ?? '';
}

/**
 * Looks names up and lets only answers through that may be connected to, one and all: an answer with one address that may not is somebody's
 * attempt. What is connected to is an address of such an answer; the name is not looked up again for that.
 */
export function checkedLookup(lookup: Lookup, check: AddressCheck, approval: Approval): Lookup {
  return async (host) => {
    const addresses = (await lookup(host)).map(({ address, family }) => ({
      address: family === 6 ? canonicalAddress(withoutZone(address)) : address,
      family,
    }));
    const refused = addresses.find(({ address }) => !check(address, approval));
    if (refused !== undefined) {
      throw new AddressRefused(`${host} leads to ${refused.address}, where requests may not go`);
    }
    return addresses;
  };
}

/** How the names of a backend's servers are looked up. */
export function backendLookup({ addresses }: BackendConfig, lookup: Lookup): Lookup {
  return addresses === undefined ? lookup : checkedLookup(lookup, addressCheck(addresses), { exact: true });
}
