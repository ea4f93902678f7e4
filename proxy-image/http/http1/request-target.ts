import { parseAuthority, type Authority } from '../routing/hostname.ts';

/** A request target as it is forwarded. */
export interface RequestTarget {
  /** Origin form, or `*`. */
  readonly target: string;
  /** Null for `*`. */
  readonly path: string | null;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  /** What an absolute form names, with the port that its scheme implies. */
  readonly authority: Authority | null;
}

const ABSOLUTE = /^(https?):\/\/([^/?]*)(.*)$/i;

/**
 * Reads a target of visible ASCII characters (RFC 9112 section 3.2); null for a form that a reverse proxy does not serve. The asterisk
 * is for OPTIONS alone. An absolute form becomes an origin form.
 */
export function readTarget(raw: string, method: string): RequestTarget | null {
  if (raw.startsWith('/')) {
    return originForm(raw, null);
  }
  if (raw === '*') {
    return method === 'OPTIONS' ? asterisk(null) : null;
  }
  return absoluteForm(raw, method);
}

function absoluteForm(raw: string, method: string): RequestTarget | null {
  const [, scheme, name, rest] = ABSOLUTE.exec(raw) ?? [];
  const authority = parseAuthority(name ?? '');
  if (scheme === undefined || rest === undefined || authority === null) {
    return null;
  }
  const defaultPort = scheme.toLowerCase() === 'https' ? 443 : 80;
  const named = { host: authority.host, port: authority.port ?? defaultPort };
  // RFC 9112 section 3.2.4: OPTIONS for an absolute form without path and query is OPTIONS for the server as a whole.
  if (rest === '' && method === 'OPTIONS') {
    return asterisk(named);
  }
  return originForm(rest.startsWith('/') ? rest : `/${rest}`, named);
}

function originForm(target: string, authority: Authority | null): RequestTarget {
  const mark = target.indexOf('?');
  return mark === -1
    ? { target, path: target, query: '', authority }
    : { target, path: target.slice(0, mark), query: target.slice(mark + 1), authority };
}

function asterisk(authority: Authority | null): RequestTarget {
  return { target: '*', path: null, query: '', authority };
}
