import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { canonicalAddress } from '../../addresses/canonical.ts';
import { rangeMatcher } from '../../addresses/ranges.ts';
import { reachOf } from '../../addresses/reach.ts';
import type { ForwardConfig } from '../../config/types.ts';
import type { Lookup } from '../../upstream/resolver.ts';
import type { Approval } from './approvals.ts';
import { FewAtATime } from './few-at-a-time.ts';

/** Of the four threads that look names up, half are left to the names of backends. */
const lookups = new FewAtATime(2);

/** A name leads to where no request may go. */
export class AddressRefused extends Error {
  readonly code = 'address refused';
}

/** Tells whether an approved name may lead to an address. */
export type AddressCheck = (address: string, approval: Pick<Approval, 'exact'>) => boolean;

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
  { allowedAddresses, refusedAddresses }: Pick<ForwardConfig, 'allowedAddresses' | 'refusedAddresses'>,
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
export function checkedLookup(
  lookup: Lookup,
  check: AddressCheck,
  approval: Pick<Approval, 'exact'>,
): Lookup {
  return async (host) => {
    const addresses = (await lookups.run(() => lookup(host))).map(({ address, family }) => ({
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
