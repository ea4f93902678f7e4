import { parseAuthority, type Authority } from '../routing/hostname.ts';
import { NO_OPTIONS, readConnection, type ConnectionOptions } from './connection-field.ts';
import type { RequestFault } from '../faults.ts';
import { Field } from './field-names.ts';
import { FieldSection } from './fields.ts';
import { CHUNKED, isChunked, readContentLength } from './framing.ts';
import { readTarget, type RequestTarget } from './request-target.ts';
import { CR, LF, SP, TARGET, textOf, TOKEN } from './tokens.ts';
import { readVersion, VERSION_LENGTH } from './version.ts';

export type HeadOutcome = 'Complete' | 'Incomplete' | RequestFault;

const NO_TARGET: RequestTarget = { target: '', path: '', query: '', authority: null };

/**
 * The head of one request, read strictly (RFC 9112) from bytes that may arrive in any pieces. The object is used again for the next
 * request on the connection: everything here counts from `Complete` to the next `begin`.
 */
export class RequestHead {
  readonly fields = new FieldSection();
  method = '';
  target = NO_TARGET;
  /** 0 or 1: HTTP/1.0 or HTTP/1.1. */
  minor = 1;
  /** As the client wrote it; valid. */
  hostValue = '';
  host = '';
  /** Bytes of the body, or `CHUNKED`. */
  bodyLength = 0;
  connection: ConnectionOptions = NO_OPTIONS;
  /** The value of the only Upgrade field. */
  upgrade: string | null = null;
  expectsContinue = false;
  /** The value of Max-Forwards; null without one. */
  maxForwards: number | null = null;
  /** True for credentials that count for the connection they come on rather than for their request: NTLM and Negotiate. */
  connectionAuth = false;
  /** True when the request line is forwarded as it came. */
  forwardsLine = false;
  /** What the request before said: the next one of a client mostly says the same. */
  readonly #known: { method: string; host: string; authority: Authority | null } = {
    method: '',
    host: '',
    authority: null,
  };
  #part: 'RequestLine' | 'Fields' = 'RequestLine';
  #searched = 0;
  #lengthFields = 0;
  #codingFields = 0;
  #hostFields = 0;
  #upgradeFields = 0;

  /** Offset behind the head. */
  get end(): number {
    return this.fields.end;
  }

  /** True when a Content-Length field states the body's length. */
  get statesLength(): boolean {
    return this.#lengthFields > 0;
  }

  /** Forgets the request before. */
  begin(): void {
    this.method = '';
    this.target = NO_TARGET;
    this.hostValue = '';
    this.host = '';
    this.bodyLength = 0;
    this.connection = NO_OPTIONS;
    this.upgrade = null;
    this.expectsContinue = false;
    this.maxForwards = null;
    this.connectionAuth = false;
    this.#part = 'RequestLine';
    this.#searched = 0;
    this.#lengthFields = 0;
    this.#codingFields = 0;
    this.#hostFields = 0;
    this.#upgradeFields = 0;
  }

  /** Goes on reading; `bytes` holds the head from its beginning, each time with more at its end. At most `limit` bytes may be head. */
  read(bytes: Buffer, limit: number): HeadOutcome {
    if (this.#part === 'RequestLine') {
      const outcome = this.#readRequestLine(bytes, limit);
      if (outcome !== null) {
        return outcome;
      }
      this.#part = 'Fields';
    }
    const outcome = this.fields.read(bytes, limit);
    return outcome === 'Complete' ? (this.#interpret(bytes) ?? 'Complete') : outcome;
  }

  /**
   * Takes over a request that came in another version of HTTP, by the same rules: `fields` has been filled from `bytes`, without the
   * fields that frame HTTP/1.1; `ended` says that there is no body. Null when it is a request that can be served.
   */
  adopt(method: string, rawTarget: string, bytes: Buffer, ended: boolean): RequestFault | null {
    this.method = method;
    this.forwardsLine = false;
    const fault = this.#acceptLine(rawTarget, 11) ?? this.#interpret(bytes);
    if (fault !== null) {
      return fault;
    }
    if (ended) {
      return this.bodyLength > 0 ? 'BadFraming' : null;
    }
    if (this.#lengthFields === 0) {
      this.bodyLength = CHUNKED;
    }
    return null;
  }

  /** Null when the line was read. */
  #readRequestLine(bytes: Buffer, limit: number): HeadOutcome | null {
    const start = skipEmptyLines(bytes);
    if (start < bytes.length && bytes[start] !== CR && TOKEN[bytes[start] ?? 0] === 0) {
      return 'MalformedRequestLine';
    }
    const lineFeed = bytes.indexOf(LF, Math.max(this.#searched, start));
    if (lineFeed === -1) {
      this.#searched = bytes.length;
      return bytes.length > limit ? 'TargetTooLong' : 'Incomplete';
    }
    this.fields.begin(lineFeed + 1);
    return lineFeed >= limit ? 'TargetTooLong' : this.#parseLine(bytes, start, lineFeed);
  }

  /** `method SP target SP HTTP/1.x CRLF`, with exactly one SP at each place (RFC 9112 section 3). */
  #parseLine(bytes: Buffer, start: number, lineFeed: number): RequestFault | null {
    const methodEnd = endOf(TOKEN, bytes, start);
    const targetEnd = endOf(TARGET, bytes, methodEnd + 1);
    if (methodEnd === start || bytes[methodEnd] !== SP || targetEnd === methodEnd + 1) {
      return 'MalformedRequestLine';
    }
    if (bytes[targetEnd] !== SP) {
      return bytes[targetEnd] === CR ? 'MalformedRequestLine' : 'BadTarget';
    }
    this.method = textOf(bytes, start, methodEnd, this.#known.method);
    this.#known.method = this.method;
    const raw = bytes.toString('latin1', methodEnd + 1, targetEnd);
    const versionStart = targetEnd + 1;
    const isWhole = lineFeed - versionStart === VERSION_LENGTH + 1 && bytes[lineFeed - 1] === CR;
    const fault = this.#acceptLine(raw, isWhole ? readVersion(bytes, versionStart) : -1);
    this.forwardsLine = start === 0 && this.minor === 1 && raw === this.target.target;
    return fault;
  }

  #acceptLine(rawTarget: string, version: number): RequestFault | null {
    if (version < 0) {
      return 'MalformedRequestLine';
    }
    if (version !== 11 && version !== 10) {
      return 'UnsupportedVersion';
    }
    this.minor = version - 10;
    // Nothing here opens tunnels (RFC 9110 section 9.3.6), and TRACE would show a script the credentials that proxies add.
    if (this.method === 'CONNECT' || this.method === 'TRACE') {
      return 'UnsupportedMethod';
    }
    const target = readTarget(rawTarget, this.method);
    this.target = target ?? NO_TARGET;
    return target === null ? 'BadTarget' : null;
  }

  #interpret(bytes: Buffer): RequestFault | null {
    const { count } = this.fields;
    for (let index = 0; index < count; index += 1) {
      const fault = this.#interpretField(bytes, index);
      if (fault !== null) {
        return fault;
      }
    }
    return this.#checkHost() ?? this.#checkFraming();
  }

  #interpretField(bytes: Buffer, index: number): RequestFault | null {
    const { fields } = this;
    switch (fields.kinds[index]) {
      case Field.Host:
        this.#hostFields += 1;
        this.hostValue = fields.value(bytes, index, this.#known.host);
        return null;
      case Field.ContentLength:
        return this.#contentLength(bytes, index);
      case Field.TransferEncoding:
        this.#codingFields += 1;
        return isChunked(bytes, fields.valueStarts[index] ?? 0, fields.valueEnds[index] ?? 0)
          ? null
          : 'BadFraming';
      case Field.Connection: {
        const options = readConnection(fields.value(bytes, index), this.connection);
        this.connection = options ?? NO_OPTIONS;
        return options === null ? 'BadConnectionField' : null;
      }
      default:
        return this.#interpretWish(bytes, index);
    }
  }

  /** The fields that ask for something beyond the request itself. */
  #interpretWish(bytes: Buffer, index: number): RequestFault | null {
    const { fields } = this;
    switch (fields.kinds[index]) {
      case Field.Upgrade:
        this.#upgradeFields += 1;
        this.upgrade = this.#upgradeFields === 1 ? fields.value(bytes, index) : null;
        return null;
      case Field.Expect:
        return this.#expect(fields.value(bytes, index));
      case Field.MaxForwards:
        return this.#maxForwards(fields.value(bytes, index));
      case Field.Authorization:
        this.connectionAuth ||= isConnectionAuth(fields.value(bytes, index));
        return null;
      default:
        return null;
    }
  }

  #contentLength(bytes: Buffer, index: number): RequestFault | null {
    const { valueStarts, valueEnds } = this.fields;
    const length = readContentLength(bytes, valueStarts[index] ?? 0, valueEnds[index] ?? 0);
    this.#lengthFields += 1;
    this.bodyLength = length ?? 0;
    return length === null ? 'BadFraming' : null;
  }

  /** RFC 9110 section 10.1.1; from HTTP/1.0 clients the field counts for nothing. */
  #expect(value: string): RequestFault | null {
    if (value.toLowerCase() !== '100-continue') {
      return 'ExpectationFailed';
    }
    this.expectsContinue = this.minor === 1;
    return null;
  }

  /** RFC 9110 section 7.6.2: it counts for OPTIONS (and TRACE) alone. */
  #maxForwards(value: string): RequestFault | null {
    if (this.method !== 'OPTIONS') {
      return null;
    }
    if (this.maxForwards !== null || !/^[0-9]{1,9}$/.test(value)) {
      return 'MalformedField';
    }
    this.maxForwards = Number(value);
    return null;
  }

  /** RFC 9112 section 3.2: exactly one Host; a request without one can't be routed, even of HTTP/1.0. */
  #checkHost(): RequestFault | null {
    const authority = this.#hostFields === 1 ? this.#authority() : null;
    if (authority === null) {
      return 'BadHost';
    }
    this.host = authority.host;
    return agree(authority, this.target.authority) ? null : 'HostMismatch';
  }

  #authority(): Authority | null {
    const known = this.#known;
    if (known.host !== this.hostValue) {
      known.host = this.hostValue;
      known.authority = parseAuthority(this.hostValue);
    }
    return known.authority;
  }

  /** RFC 9112 section 6.3; where it lets a recipient choose between two lengths the request is refused. */
  #checkFraming(): RequestFault | null {
    const chunked = this.#codingFields > 0;
    if (
      this.#lengthFields > 1 ||
      this.#codingFields > 1 ||
      (chunked && (this.#lengthFields > 0 || this.minor === 0))
    ) {
      return 'BadFraming';
    }
    if (chunked) {
      this.bodyLength = CHUNKED;
    }
    return null;
  }
}

/** Empty lines before a request, which some clients send behind a body, are skipped (RFC 9112 section 2.2). */
function skipEmptyLines(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === CR && bytes[at + 1] === LF) {
    at += 2;
  }
  return at;
}

/** Offset of the first byte from `start` on that is not in the table. */
function endOf(table: Uint8Array, bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && table[bytes[at] ?? 0] !== 0) {
    at += 1;
  }
  return at;
}

/** Without an absolute target there is nothing that could disagree. */
function agree(host: Authority, target: Authority | null): boolean {
  if (target === null) {
    return true;
  }
  const samePort = host.port === null ? target.port === 80 || target.port === 443 : target.port === host.port;
  return host.host === target.host && samePort;
}

/** Their handshake authenticates the connection (RFC 4559 section 6). */
export function isConnectionAuth(value: string): boolean {
  return /^(?:NTLM|Negotiate)(?:[ \t,]|$)/i.test(value);
}
