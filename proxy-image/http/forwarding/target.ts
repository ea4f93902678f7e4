import { hostAndPort } from '../../addresses/host-and-port.ts';
import { canonicalHost } from '../../addresses/canonical-host.ts';

/** Where a request wants to go. */
export interface Target {
  /** In canonical spelling; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What a path says that names its target. */
export interface NamedPath {
  /** The route's part and the segment with the target, as the client wrote them: what paths of the target stand below. */
  readonly base: string;
  /** The segment. */
  readonly segment: string;
  /** The path at the target; begins with a slash. */
  readonly path: string;
}

/** Splits a path, without query, behind its first `depth` segments, which are the route's. */
export function splitNamedPath(path: string, depth: number): NamedPath {
  let start = 0;
  for (let count = 0; count < depth && start !== -1; count += 1) {
    start = path.indexOf('/', start + 1);
  }
  if (start === -1) {
    return { base: path, segment: '', path: '/' };
  }
  const end = path.indexOf('/', start + 1);
  return end === -1
    ? { base: path, segment: path.slice(start + 1), path: '/' }
    : { base: path.slice(0, end), segment: path.slice(start + 1, end), path: path.slice(end) };
}

/** Reads `host` or `host:port`, percent-encoded or not; null for what is neither, whatever else it may look like to somebody. */
export function readTarget(segment: string, defaultPort: number): Target | null {
  const text = decode(segment);
  const [, name = '', digits] = /^(\[[^\]]*\]|[^:]*)(?::([1-9][0-9]{0,4}))?$/s.exec(text ?? '') ?? [];
  const host = name === '' ? null : canonicalHost(name);
  const port = digits === undefined ? defaultPort : Number(digits);
  return host === null || port > 65_535 ? null : { host, port };
}

/** The target as a segment of a path, the default port left out; also as a Host field has it. */
export function segmentOf(target: Target, defaultPort: number): string {
  const whole = hostAndPort(target);
  return target.port === defaultPort ? whole.slice(0, whole.lastIndexOf(':')) : whole;
}

/** Null for what is no UTF-8. */
function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
