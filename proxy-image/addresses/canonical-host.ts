import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { canonicalAddress } from './canonical.ts';

/** What no name of a host holds, and at which parsers of URLs cut or leave out something. */
const FORBIDDEN = /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}/\\?#@%:[\]|^<>"'`{}&$!*()+,;=~]/u;

/** RFC 1123 section 2.1, and underscores, which names of servers may have. */
const LABEL = /^[a-z0-9_](?:[-a-z0-9_]{0,61}[a-z0-9_])?$/;

const MAX_NAME = 253;

/**
 * One spelling for each host, as clients have many: names in lower case and A-labels (UTS 46) without the dot at their end, IPv4 addresses
 * in four decimal numbers whatever they were written in (WHATWG URL, "host parsing"), IPv6 addresses as `canonicalAddress` has them,
 * without their brackets. Null for what is no host, such as anything with user information, a port, a slash or a percent sign in it.
 */
export function canonicalHost(text: string): string | null {
  const inside = /^\[([0-9A-Fa-f:.]+)\]$/.exec(text)?.[1];
  if (inside !== undefined) {
    return isIPv6(inside) ? canonicalAddress(inside) : null;
  }
  if (FORBIDDEN.test(text)) {
    return null;
  }
  const ascii = domainToASCII(text).replace(/\.$/, '');
  return isIPv4(ascii) || isName(ascii) ? ascii : null;
}

function isName(text: string): boolean {
  return text.length <= MAX_NAME && text.split('.').every((label) => LABEL.test(label));
}
