import { isIPv6 } from 'node:net';
import type { FrontendSpec } from '../../api/spec/frontend.ts';

/** The DNS name by which clients reach a frontend, where one is known; without it they use its address. */
export function publicName({ protocol, hostnames, loadBalancer }: FrontendSpec): string | undefined {
  if (loadBalancer.hostname !== undefined) return loadBalancer.hostname;
  return isHttp(protocol) ? hostnames.find((name) => !name.startsWith('*.')) : undefined;
}

/** Whether a frontend speaks HTTP with its clients. */
export function isHttp(protocol: FrontendSpec['protocol']): protocol is 'HTTP' | 'HTTPS' {
  return protocol === 'HTTP' || protocol === 'HTTPS';
}

/** What clients of a frontend use: a URL, or `host:port`. */
export function flowUrl({ protocol, port }: FrontendSpec, host: string): string {
  const authority = hostAndPort(host, port);
  if (!isHttp(protocol)) return authority;
  const usual = protocol === 'HTTPS' ? 443 : 80;
  const shown = port === usual ? authority.slice(0, -`:${port}`.length) : authority;
  return `${protocol.toLowerCase()}://${shown}`;
}

/** `host:port`, an IPv6 address in brackets. */
function hostAndPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
