import { isIP } from 'node:net';
import { isReservedField } from '../reserved-fields.ts';

/** RFC 1123 section 2.1: letters, digits and hyphens, no hyphen at either end, at most 63 characters. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Names of servers may hold underscores and capitals: they are only looked up. */
const SERVER_LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const MAX_HOST = 253;

/** Seconds. RFC 6797 section 6.1.1 gives no bound; this one is a hundred years, and fits into 32 bits. */
export const MAX_AGE = 100 * 366 * 24 * 3600;

export function isName(text: string): boolean {
  return LABEL.test(text);
}

/** A host name in lower case; a `*.` at its start stands for one label. */
export function isHostname(text: string): boolean {
  return (
    text.length <= MAX_HOST &&
    text
      .replace(/^\*\./, '')
      .split('.')
      .every((label) => LABEL.test(label))
  );
}

/** What a server is called: an address without brackets, or a DNS name. */
export function isServerHost(text: string): boolean {
  if (isIP(text) !== 0) {
    return true;
  }
  const labels = text.replace(/\.$/, '').split('.');
  // A name that ends in a number is read as an IPv4 address in one of its odd spellings by some resolvers.
  return (
    text.length <= MAX_HOST &&
    labels.every((label) => SERVER_LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  );
}

/** An address of this host, without a zone. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

export function isCidr(text: string): boolean {
  const match = /^([^/%]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const family = isIP(match?.[1] ?? '');
  return family !== 0 && Number(match?.[2]) <= (family === 4 ? 32 : 128);
}

export function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** A part of what RFC 6265 section 4.1.1 admits, which needs no care anywhere. */
export function isCookieName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}

/** RFC 9110 section 5.6.2. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** A token that no rule is forbidden to touch. */
export function isRuledField(text: string): boolean {
  return isToken(text) && !isReservedField(text);
}

/** A method as clients write it, in upper case by convention; `*` stands for all. */
export function isMethod(text: string): boolean {
  return /^(?:\*|[A-Z][-_A-Z0-9]*)$/.test(text);
}

/** A field value (RFC 9110 section 5.5) without obs-text. */
export function isFieldValue(text: string): boolean {
  return /^[!-~](?:[\t -~]*[!-~])?$/.test(text);
}

/** A media type without parameters (RFC 9110 section 8.3.1), all subtypes by an asterisk. */
export function isContentType(text: string): boolean {
  const [type = '', subtype = '', more] = text.split('/');
  return more === undefined && type !== '*' && isToken(type) && isToken(subtype);
}

export function isFileName(text: string): boolean {
  return text !== '' && !text.includes('\0');
}

/** RFC 3986 section 3.3, `path-absolute`, without empty and dot segments, which no request keeps until it is routed. */
export function isPath(text: string): boolean {
  if (!/^\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/.test(text)) {
    return false;
  }
  const segments = text.slice(1).split('/');
  return text === '/' || segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

/** A path on the same host, query included, or an absolute URL. A path that starts with two slashes would be another host's. */
export function isRedirectTarget(text: string): boolean {
  if (!/^[!-~]+$/.test(text) || text.includes('\\')) {
    return false;
  }
  if (text.startsWith('/')) {
    return !text.startsWith('//');
  }
  return /^https?:\/\/[^/?#@]/.test(text) && URL.canParse(text) && new URL(text).username === '';
}
