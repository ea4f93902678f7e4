import type { RequestHead } from './http1/request-head.ts';

/** One protocol with an optional version (RFC 9110 section 7.8). */
const PROTOCOL = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:\/[A-Za-z0-9!#$%&'*+.^_`|~-]+)?$/;

/** HTTP and TLS in another version would put requests beyond the reach of routing and of everything that is checked here. */
const OTHER_HTTP = /^(?:h2c?|http|tls)(?:\/|$)/i;

/**
 * The protocol that a request asks to switch to, when it may: GET of HTTP/1.1 without a body, `Connection: upgrade`, one protocol.
 * Null for every other request; those are forwarded without the wish, which RFC 9110 section 7.8 lets a server ignore.
 */
export function requestedUpgrade(head: RequestHead): string | null {
  const { method, minor, bodyLength, connection, upgrade } = head;
  const possible = method === 'GET' && minor === 1 && bodyLength === 0 && connection.upgrade;
  return possible && upgrade !== null && PROTOCOL.test(upgrade) && !OTHER_HTTP.test(upgrade) ? upgrade : null;
}
