import { isIPv6 } from 'node:net';

/** `host:port`, with brackets around an IPv6 address (RFC 3986 section 3.2.2). */
export function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
