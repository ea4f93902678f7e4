import { sourceOf } from '../../../addresses/source.ts';
import type { HeaderField, RateLimitPolicy } from '../../../config/types.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { cookieValue } from '../../sticky-cookie.ts';
import { clientAddress, type Peer } from '../client-address.ts';
import { joinedValue } from '../fields.ts';
import type { Refusal } from '../request-filter.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** Holds requests to a limit. */
export class RateCheck {
  readonly #limiter: RateLimiter;
  readonly #field: Buffer | null;

  constructor(limiter: RateLimiter) {
    const { key, name = '' } = limiter.policy;
    this.#limiter = limiter;
    this.#field = key === 'Header' ? Buffer.from(name.toLowerCase()) : null;
  }

  /** Null for a request that may go on. `bytes` are what the head was read from. */
  check(head: RequestHead, bytes: Buffer, peer: Peer): Refusal | null {
    const value = this.#value(head, bytes);
    // A value can't be taken for an address, which has no quotes.
    const client = value === null ? sourceKey(head, bytes, peer) : `"${value}"`;
    const wait = this.#limiter.take(client, performance.now());
    return wait === 0
      ? null
      : { fault: 'RateLimited', fields: rateFields(this.#limiter.policy, Math.ceil(wait / 1_000)) };
  }

  /** What tells clients apart; null for a request without it. */
  #value({ fields }: RequestHead, bytes: Buffer): string | null {
    const { key, name = '' } = this.#limiter.policy;
    const value =
      key === 'Cookie'
        ? cookieValue(fields, bytes, name)
        : this.#field === null
          ? null
          : joinedValue(fields, bytes, this.#field);
    return value === '' ? null : value;
  }
}

/** Of an address that a trusted proxy does not tell, the proxy's own has to do. */
function sourceKey({ fields }: RequestHead, bytes: Buffer, peer: Peer): string {
  return sourceOf(clientAddress(peer, fields, bytes) ?? peer.sourceAddress);
}

/** draft-ietf-httpapi-ratelimit-headers-11; RFC 9110 section 10.2.3. */
function rateFields({ requests, windowMs }: RateLimitPolicy, seconds: number): readonly HeaderField[] {
  const window = Math.ceil(windowMs / 1_000);
  return [
    { name: 'Retry-After', value: String(seconds) },
    { name: 'RateLimit-Policy', value: `"requests";q=${requests};w=${window}` },
    { name: 'RateLimit', value: `"requests";r=0;t=${seconds}` },
  ];
}
