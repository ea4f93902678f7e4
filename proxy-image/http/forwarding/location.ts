import { canonicalHost } from '../../addresses/canonical-host.ts';
import { segmentOf, type Target } from './target.ts';
import type { ForwardTargets } from './targets.ts';

/** The request that a response answers, as far as its redirects depend on it. */
export interface RedirectContext {
  readonly targets: ForwardTargets;
  readonly target: Target;
  /** The route's part of the path, as the client wrote it; empty for `/`. */
  readonly prefix: string;
  /** The same with the segment of the target. */
  readonly base: string;
  /** Path and query at the target. */
  readonly requested: string;
}

/**
 * What browsers and servers read differently from how it looks: `/\evil`, `https:evil`, blanks and control characters. No honest redirect
 * has any of it.
 */
const ODD = /[\p{Cc}\\]|[^\S ]|^(?:[a-z][a-z0-9+.-]*):(?!\/\/[^/])/iu;

/**
 * Where a redirect of a target leads from the client's point of view: through the proxy where the host is allowed, to a sign-on gateway as it
 * is. Null where it may not lead. The value is read as browsers do and written anew, so that nobody reads it otherwise than it was judged.
 *
 * @param value of Location, Latin-1
 */
export function redirectedTo(value: string, context: RedirectContext): string | null {
  const { targets, target, base, requested } = context;
  const { protocol } = targets.config;
  const text = Buffer.from(value, 'latin1').toString('utf8');
  if (ODD.test(text) || text.startsWith('///')) {
    return null;
  }
  const own = `${protocol.toLowerCase()}://${segmentOf(target, 0)}`;
  const url = URL.parse(text, `${own}${requested}`);
  const named = url === null ? null : targetOf(url, context);
  if (url === null || named === null) {
    return null;
  }
  const rest = `${url.pathname}${url.search}${url.hash}`;
  if (named.host === target.host && named.port === target.port) {
    return `${base}${rest}`;
  }
  if (targets.allowed.of(named) !== null) {
    return `${context.prefix}/${segmentOf(named, targets.config.port)}${rest}`;
  }
  const isGateway = url.protocol === 'https:' && targets.gateways.of(named) !== null;
  // RFC 6749 section 3.1: the address of a sign-on gateway has no fragment.
  return isGateway && url.hash === '' ? `https://${segmentOf(named, 443)}${rest}` : null;
}

/** Null for what is no host of HTTP. Servers behind TLS that think themselves without write `http://`; that is taken for the usual port. */
function targetOf(url: URL, { targets: { config } }: RedirectContext): Target | null {
  const host = canonicalHost(url.hostname);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  if (!isHttp || host === null || url.username !== '' || url.password !== '') {
    return null;
  }
  if (url.port !== '') {
    return { host, port: Number(url.port) };
  }
  const isSame = url.protocol === `${config.protocol.toLowerCase()}:`;
  const usual = url.protocol === 'https:' ? 443 : 80;
  return { host, port: isSame || url.protocol === 'https:' ? usual : config.port };
}
