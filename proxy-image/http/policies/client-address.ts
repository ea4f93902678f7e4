import { isIP } from 'node:net';
import { canonicalAddress } from '../../addresses/canonical.ts';
import { Field } from '../http1/field-names.ts';
import type { FieldSection } from '../http1/fields.ts';
import { forwardedValues } from './forwarded-values.ts';

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
 * it, or Forwarded where there is none of those: what stands further left in the list is what that hop claims. Null when a trusted proxy does
 * not tell it in a way that can be read.
 *
 * X-Forwarded-For comes first, as proxies that make it pass on what clients send under the other name.
 */
export function clientAddress(peer: Peer, fields: FieldSection, bytes: Buffer): string | null {
  if (!peer.trusted) {
    return peer.sourceAddress;
  }
  let address: string | null = peer.sourceAddress;
  const hops = hopsOf(fields, bytes);
  if (hops === null) {
    return null;
  }
  for (const hop of hops.toReversed()) {
    address = hop === null ? null : hopAddress(hop);
    if (address === null || !peer.trusts(address)) {
      return address;
    }
  }
  return address;
}

/** What stands for each hop, the last one at the end; null for a list that can't be read. */
function hopsOf(fields: FieldSection, bytes: Buffer): readonly (string | null)[] | null {
  const told = fields.values(bytes, Field.XForwardedFor);
  if (told.length === 0) {
    return forwardedValues(fields.values(bytes, Field.Forwarded).join(','), 'for');
  }
  // RFC 9110 section 5.6.1: empty elements of a list count for nothing.
  return told
    .join(',')
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
}

/** An address, with a port behind it where the proxy tells one; null for everything else. */
function hopAddress(hop: string): string | null {
  const [, bracketed, plain] = /^(?:\[([^\]%]+)\]|([0-9.]+))(?::[0-9]{1,5})?$/.exec(hop) ?? [];
  const address = bracketed ?? plain ?? hop;
  return isIP(address) === 0 || address.includes('%') ? null : canonicalAddress(address);
}
