import type {
  FrontendPolicies,
  HeaderField,
  HeaderRules,
  HstsConfig,
  RoutePolicies,
} from '../../config/types.ts';
import { encodeLines } from '../http2/response-block.ts';
import { FieldSet } from './field-set.ts';

/** Rules for the fields of a request, ready to be carried out. */
export interface RequestRules {
  /** Fields that are not passed on. */
  readonly dropped: FieldSet;
  /** Complete field lines that are added. */
  readonly lines: string;
}

/** Rules for the fields of the response to it. */
export interface ResponseRules extends RequestRules {
  /** The lines as a part of a header block of HTTP/2. */
  readonly block: Buffer;
  /** Fields that interim responses are not passed on with. */
  readonly droppedFromInterim: FieldSet;
  /** What answers of the proxy itself have in addition. */
  readonly own: readonly HeaderField[];
}

/** What is done to the header fields of requests that go the same way; null for nothing. */
export interface CompiledRules {
  readonly request: RequestRules | null;
  readonly response: ResponseRules | null;
  /** Servers are told of the hops by `Forwarded` as well. */
  readonly forwarded: boolean;
}

const HSTS = 'Strict-Transport-Security';

/**
 * Brings the policies of a frontend and of one of its routes together: both count, and where both name a field the route's rule does.
 * To be done once per generation; a request that no rule is for then costs nothing.
 *
 * @param own what other policies do to the fields of the response
 */
export function compileRules(
  frontend: FrontendPolicies = {},
  route: RoutePolicies = {},
  own: HeaderRules = NOTHING,
): CompiledRules {
  const request = merge(frontend.headers?.request, route.headers?.request);
  const response = merge(frontend.headers?.response, route.headers?.response);
  return {
    request: isEmpty(request) ? null : { dropped: droppedNames(request), lines: linesOf(added(request)) },
    response: compileResponse(response, frontend.hsts, own),
    forwarded: (route.forwarded ?? frontend.forwarded) === 'Both',
  };
}

function compileResponse(
  rules: HeaderRules,
  hsts: HstsConfig | undefined,
  own: HeaderRules,
): ResponseRules | null {
  const security = hsts === undefined ? [] : [{ name: HSTS, value: hstsValue(hsts) }];
  const whole = {
    set: [...rules.set, ...security, ...own.set],
    add: [...rules.add, ...own.add],
    remove: [...rules.remove, ...own.remove],
  };
  if (isEmpty(whole)) {
    return null;
  }
  const fields = added(whole);
  return {
    dropped: droppedNames(whole),
    lines: linesOf(fields),
    block: encodeLines(fields),
    droppedFromInterim: new FieldSet([...names(security), ...names(own.set), ...own.remove]),
    own: fields.filter(({ name }) => !OWN_CONTENT.has(name.toLowerCase())),
  };
}

/** Rules that send these fields as well. */
export function extended(rules: ResponseRules | null, fields: readonly HeaderField[]): ResponseRules {
  const { dropped, droppedFromInterim, lines, block, own } = rules ?? NO_RULES;
  return {
    dropped,
    droppedFromInterim,
    lines: lines + linesOf(fields),
    block: Buffer.concat([block, encodeLines(fields)]),
    own: [...own, ...fields],
  };
}

/** Rules by which answers of the proxy itself have these fields as well. */
export function extendedOwn(rules: ResponseRules | null, fields: readonly HeaderField[]): ResponseRules {
  const { own } = rules ?? NO_RULES;
  return { ...(rules ?? NO_RULES), own: [...own, ...fields] };
}

const NO_RULES: ResponseRules = {
  dropped: new FieldSet([]),
  droppedFromInterim: new FieldSet([]),
  lines: '',
  block: Buffer.alloc(0),
  own: [],
};

/** RFC 6797 section 6.1. */
function hstsValue({ maxAgeSeconds, includeSubDomains, preload }: HstsConfig): string {
  return `max-age=${maxAgeSeconds}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`;
}

/**
 * What only whoever makes a response can say of it. A rule that is meant for the content of servers, such as one that lets it be cached,
 * must not come to count for an error of the proxy.
 */
const OWN_CONTENT: ReadonlySet<string> = new Set([
  'accept-ranges',
  'age',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-location',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'location',
  'pragma',
  'retry-after',
]);

const NOTHING: HeaderRules = { set: [], add: [], remove: [] };

function merge(outer: HeaderRules = NOTHING, inner: HeaderRules = NOTHING): HeaderRules {
  const named = new Set([...names(inner.set), ...names(inner.add), ...inner.remove.map(lower)]);
  const rest = (fields: readonly HeaderField[]): readonly HeaderField[] =>
    fields.filter(({ name }) => !named.has(lower(name)));
  return {
    set: [...rest(outer.set), ...inner.set],
    add: [...rest(outer.add), ...inner.add],
    remove: [...outer.remove.filter((name) => !named.has(lower(name))), ...inner.remove],
  };
}

function isEmpty({ set, add, remove }: HeaderRules): boolean {
  return set.length + add.length + remove.length === 0;
}

function droppedNames({ set, remove }: HeaderRules): FieldSet {
  return new FieldSet([...names(set), ...remove]);
}

function added({ set, add }: HeaderRules): readonly HeaderField[] {
  return [...set, ...add];
}

function linesOf(fields: readonly HeaderField[]): string {
  return fields.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
}

function names(fields: readonly HeaderField[]): readonly string[] {
  return fields.map(({ name }) => lower(name));
}

function lower(name: string): string {
  return name.toLowerCase();
}
