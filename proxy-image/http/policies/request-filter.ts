import type { HeaderField, RequestFilterPolicy, PathPattern } from '../../config/types.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { literalPath, readPath } from '../routing/path.ts';
import type { PolicyFault, RequestFault } from '../faults.ts';
import { joinedValue } from './fields.ts';

/** Why a request is refused, and what the answer says beside it. */
export interface Refusal {
  readonly fault: PolicyFault | RequestFault;
  readonly fields: readonly HeaderField[];
}

const CONTENT_TYPE = Buffer.from('content-type');

/** Lets through only requests that servers are meant to get. */
export class RequestFilter {
  /** Bytes of a body; 0 for no limit of its own. */
  readonly bodyLimit: number;
  readonly #policy: RequestFilterPolicy;
  /** Null for all. */
  readonly #methods: ReadonlySet<string> | null;
  readonly #allowed: readonly Matcher[];
  readonly #denied: readonly Matcher[];

  constructor(policy: RequestFilterPolicy) {
    const { methods, allowedPaths, deniedPaths, bodyBytes } = policy;
    this.bodyLimit = bodyBytes;
    this.#policy = policy;
    // RFC 9110 section 9.3.2: HEAD asks for nothing that GET does not.
    this.#methods =
      methods.length === 0 ? null : new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])]);
    this.#allowed = allowedPaths.map(matcher);
    this.#denied = deniedPaths.map(matcher);
  }

  /** Null for a request that may go on. `bytes` are what the head was read from. */
  check(head: RequestHead, bytes: Buffer): Refusal | null {
    return (
      this.#checkMethod(head) ??
      this.#checkPath(head) ??
      this.#checkFields(head) ??
      this.#checkBody(head, bytes)
    );
  }

  /** Whether one of the ways in which a server may read a path is denied. */
  denies(path: string): boolean {
    if (this.#denied.length === 0) {
      return false;
    }
    const readings = readPath(path);
    return (
      readings === null ||
      this.#denied.some((matches) => matches(readings.literal) || matches(readings.lenient))
    );
  }

  #checkMethod({ method }: RequestHead): Refusal | null {
    const methods = this.#methods;
    return methods === null || methods.has(method)
      ? null
      : refusal('MethodRefused', [{ name: 'Allow', value: [...methods].join(', ') }]);
  }

  /** Both ways in which a server may read the path have to be allowed, and neither denied. */
  #checkPath({ target }: RequestHead): Refusal | null {
    if (this.#allowed.length + this.#denied.length === 0) {
      return null;
    }
    const readings = readPath(target.path ?? '/');
    const paths = readings === null ? [] : [readings.literal, readings.lenient];
    const passes =
      paths.length > 0 &&
      paths.every(
        (path) =>
          (this.#allowed.length === 0 || this.#allowed.some((matches) => matches(path))) &&
          !this.#denied.some((matches) => matches(path)),
      );
    return passes ? null : refusal('PathRefused');
  }

  #checkFields({ fields }: RequestHead): Refusal | null {
    const { headerCount, headerBytes } = this.#policy;
    if (headerCount !== undefined && fields.count > headerCount) {
      return refusal('TooManyFields');
    }
    const size = fields.end - (fields.lineStarts[0] ?? 0);
    return headerBytes !== undefined && size > headerBytes ? refusal('HeaderTooLarge') : null;
  }

  #checkBody({ fields, bodyLength }: RequestHead, bytes: Buffer): Refusal | null {
    const { contentTypes } = this.#policy;
    if (bodyLength === 0) {
      return null;
    }
    if (this.bodyLimit > 0 && bodyLength > this.bodyLimit) {
      return refusal('BodyTooLarge');
    }
    const type = essence(joinedValue(fields, bytes, CONTENT_TYPE) ?? '');
    const isKnown =
      contentTypes.length === 0 || contentTypes.some((known) => isOfType(type, known.toLowerCase()));
    return isKnown
      ? null
      : refusal('ContentTypeRefused', [{ name: 'Accept', value: contentTypes.join(', ') }]);
  }
}

function refusal(fault: Refusal['fault'], fields: readonly HeaderField[] = []): Refusal {
  return { fault, fields };
}

type Matcher = (path: string) => boolean;

/**
 * Patterns are compared in the form that requests are brought to; a prefix ends where a segment does. A slash at the end makes no
 * difference, as it makes none to many servers.
 */
function matcher({ path, match }: PathPattern): Matcher {
  const literal = literalPath(path);
  const below = literal.endsWith('/') ? literal : `${literal}/`;
  return match === 'Exact'
    ? (asked) => asked === literal || asked === below
    : (asked) => asked === literal || asked.startsWith(below);
}

/** The type without its parameters, in lower case (RFC 9110 section 8.3.1). */
function essence(value: string): string {
  const semicolon = value.indexOf(';');
  return (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase();
}

/** `known` may end in an asterisk for all subtypes. What is no media type, a list for one, is of none. */
function isOfType(type: string, known: string): boolean {
  return known.endsWith('/*') ? MEDIA_TYPE.test(type) && type.startsWith(known.slice(0, -1)) : type === known;
}

const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/;
