import type { ConnectionEnds } from '../addresses/ends.ts';

/**
 * What a PROXY header says: `Proxied` for whom the sender connects, `Local` that it connects for itself (a health check), `Unknown` that
 * it connects for somebody whose addresses it does not tell. With the last two the connection's own ends count.
 */
export type ProxyHeader =
  /** `tls`: the sender has ended TLS, as it says by PP2_TYPE_SSL. */
  | { readonly kind: 'Proxied'; readonly ends: ConnectionEnds; readonly tls: boolean }
  | { readonly kind: 'Local' }
  | { readonly kind: 'Unknown' };

/** How far a header has been read; `length` is that of the whole header. */
export type HeaderReading =
  | { readonly state: 'Incomplete' }
  | { readonly state: 'Complete'; readonly header: ProxyHeader; readonly length: number }
  /** What is there is not the beginning of a header. */
  | { readonly state: 'Absent' }
  | { readonly state: 'Malformed'; readonly reason: string };
