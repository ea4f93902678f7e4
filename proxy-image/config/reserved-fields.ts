/**
 * Header fields that no rule may touch, in lower case: those that frame a message or count for one connection (RFC 9110 section 7.6.1),
 * and those that the proxy makes itself, which servers believe.
 */
export const RESERVED_FIELDS = [
  'connection',
  'content-length',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'max-forwards',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'client-cert',
  'client-cert-chain',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
] as const;

/** What the names of the fields between a client and its proxy begin with; no rule may touch them either. */
export const RESERVED_PREFIX = 'proxy-';

const reserved: ReadonlySet<string> = new Set(RESERVED_FIELDS);

/** True also for a name that is one of these once `_` is read as `-`, as CGI-like servers do. */
export function isReservedField(name: string): boolean {
  const read = name.toLowerCase().replaceAll('_', '-');
  return reserved.has(read) || read.startsWith(RESERVED_PREFIX);
}
