import { isIP } from 'node:net';
import { canonicalAddress } from '../../addresses/canonical.ts';
import { Field } from '../http1/field-names.ts';
import type { FieldSection } from '../http1/fields.ts';

/** The other end of a connection. */
export interface Peer {
  readonly sourceAddress: string;
  /** True for a proxy whose forwarding fields are believed. */
  readonly trusted: boolean;
  /** Whether an address is one of these proxies'. */
  readonly trusts: (address: string) => boolean;
}

/**
 * The address that a request comes from. Behind trusted proxies it is that of the last hop which is none of them, as X-Forwarded-For has
 * it: what stands further left in the list is what that hop claims. Null when a trusted proxy does not tell it in a way that can be read.
 */
export function clientAddress(peer: Peer, fields: FieldSection, bytes: Buffer): string | null {
  if (!peer.trusted) {
    return peer.sourceAddress;
  }
  let address: string | null = peer.sourceAddress;
  const hops = fields.values(bytes, Field.XForwardedFor).join(',').split(',');
  // RFC 9110 section 5.6.1: empty elements of a list count for nothing.
  for (const hop of hops
    .map((element) => element.trim())
    .filter((element) => element !== '')
    .toReversed()) {
    address = hopAddress(hop);
    if (address === null || !peer.trusts(address)) {
      return address;
    }
  }
  return address;
}

/** An address, with a port behind it where the proxy tells one; null for everything else. */
function hopAddress(hop: string): string | null {
  const [, bracketed, plain] = /^(?:\[([^\]%]+)\]|([0-9.]+))(?::[0-9]{1,5})?$/.exec(hop) ?? [];
  const address = bracketed ?? plain ?? hop;
  return isIP(address) === 0 || address.includes('%') ? null : canonicalAddress(address);
}
