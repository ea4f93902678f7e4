/** A host with an optional port, as a Host field or an absolute target has it. */
export interface Authority {
  /** Lower case, without the dot that may end a full name, an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number | null;
}

/**
 * Names and IPv4 addresses, or an IPv6 address in brackets, without zone. RFC 3986 section 3.2.2 allows more (percent-encoding, `;`,
 * `=` and the like), which no DNS name has and which servers read differently.
 */
const AUTHORITY = /^([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{0,5}))?$/;

/** The text that was parsed last, and what it says: requests name the same host again and again. */
let lastText = '';
let last: Authority | null = null;

/** Null for what is not a host with an optional port, user information included. */
export function parseAuthority(text: string): Authority | null {
  if (text !== lastText) {
    last = parse(text);
    lastText = text;
  }
  return last;
}

function parse(text: string): Authority | null {
  const match = AUTHORITY.exec(text);
  const name = match?.[1];
  if (match === null || name === undefined) {
    return null;
  }
  const port = match[2] === undefined || match[2] === '' ? null : Number(match[2]);
  const host = name.endsWith('.') ? name.slice(0, -1) : name;
  return host === '' || (port ?? 0) > 65_535 ? null : { host: host.toLowerCase(), port };
}

/** Tells whether a host (as `parseAuthority` gives it) is served. */
export type HostMatcher = (host: string) => boolean;

/** `hostnames` are lower case; `*.` at the start stands for exactly one label; an empty list stands for every host. */
export function hostMatcher(hostnames: readonly string[]): HostMatcher {
  if (hostnames.length === 0) {
    return () => true;
  }
  const exact = new Set(hostnames.filter((name) => !name.startsWith('*.')));
  const parents = new Set(hostnames.filter((name) => name.startsWith('*.')).map((name) => name.slice(1)));
  return (host) => exact.has(host) || (host.indexOf('.') > 0 && parents.has(host.slice(host.indexOf('.'))));
}
