import type { Fault } from '../faults.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { hostAndPort } from '../../addresses/host-and-port.ts';
import type { CompiledPolicies } from '../policies/compile.ts';
import type { Cors } from '../policies/cors.ts';
import { isSameHost } from '../policies/cors.ts';
import { joinedValue } from '../policies/fields.ts';
import type { RequestFilter } from '../policies/request-filter.ts';
import { requestedUpgrade } from '../upgrade.ts';
import type { Upstream } from '../../upstream/types.ts';
import { NamedResponse, type PassedFields } from './response.ts';
import { readTarget, segmentOf, splitNamedPath, type Target } from './target.ts';
import type { CountedTarget } from './target-requests.ts';
import type { ForwardTargets } from './targets.ts';

/** A route that leads to what its requests name. */
export interface NamedRoute {
  readonly targets: ForwardTargets;
  /** Segments of the route's path. */
  readonly depth: number;
  readonly passed: PassedFields;
}

/** How a request goes on to the target that it has named. */
export interface NamedRequest {
  readonly upstream: Upstream;
  /** Path and query at the target. */
  readonly target: string;
  /** Host field. */
  readonly host: string;
  readonly response: NamedResponse;
  readonly counted: CountedTarget;
}

const ORIGIN = Buffer.from('origin');
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Finds out where a request goes, or why it does not. `bytes` are what the head was read from. */
export function nameTarget(
  head: RequestHead,
  bytes: Buffer,
  { targets, depth, passed }: NamedRoute,
  { cors, filter }: Pick<CompiledPolicies, 'cors' | 'filter'>,
): NamedRequest | Fault {
  const { path, query } = head.target;
  const { base, segment, path: rest } = splitNamedPath(path ?? '/', depth);
  if (segment === '') {
    return 'NoRoute';
  }
  const target = readTarget(segment, targets.config.port);
  const upstream = target === null ? null : targets.upstream(target);
  if (target === null || upstream === null) {
    return 'TargetRefused';
  }
  if (!isFromKnownPage(head, bytes, targets, cors)) {
    return 'OriginRefused';
  }
  const requested = query === '' ? rest : `${rest}?${query}`;
  const prefix = base.slice(0, base.length - segment.length - 1);
  if (filter !== null && isDenied(target, `${prefix}/`, rest, { targets, filter })) {
    return 'PathRefused';
  }
  return {
    upstream,
    target: requested,
    host: hostField(target, targets),
    response: new NamedResponse({ targets, target, prefix, base, requested }, passed),
    counted: upstream.target,
  };
}

interface Denying {
  readonly targets: ForwardTargets;
  readonly filter: RequestFilter;
}

/** The filter has seen the path as the client wrote it; a host that is written otherwise is the same one. */
function isDenied(target: Target, before: string, rest: string, { targets, filter }: Denying): boolean {
  const segments = [segmentOf(target, targets.config.port), hostAndPort(target)];
  return segments.some((segment) => filter.denies(`${before}${segment}${rest}`));
}

function hostField(target: Target, { config: { protocol } }: ForwardTargets): string {
  return segmentOf(target, protocol === 'HTTPS' ? 443 : 80);
}

/**
 * Whoever has got a session with a target sends its cookie with every request that any page makes a browser send. What changes something is
 * let through for pages of this host, those that `cors` permits, and the forms of sign-on gateways; who is no browser sends no Origin.
 */
function isFromKnownPage(
  head: RequestHead,
  bytes: Buffer,
  { gateways }: ForwardTargets,
  cors: Cors | null,
): boolean {
  const origin = joinedValue(head.fields, bytes, ORIGIN);
  if (origin === null || (SAFE.has(head.method) && requestedUpgrade(head) === null)) {
    return true;
  }
  if (isSameHost(origin, head.hostValue) || (cors !== null && cors.permission(origin) !== null)) {
    return true;
  }
  const [, host] = /^https:\/\/([^/]+)$/.exec(origin) ?? [];
  const gateway = host === undefined ? null : readTarget(host, 443);
  return gateway !== null && gateways.of(gateway) !== null;
}
