import type { RequestFault } from '../faults.ts';
import { Field } from '../http1/field-names.ts';
import { RequestHead } from '../http1/request-head.ts';
import type { RequestField } from './request-field.ts';

/**
 * What a header block says. `Malformed` as RFC 9113 section 8.1.1 means it: the stream is reset. `Refused`: sound as HTTP/2, but not a
 * request that is served.
 */
export type BlockVerdict =
  | { readonly kind: 'Request' }
  | { readonly kind: 'Malformed' | 'Refused'; readonly fault: RequestFault };

type Pseudo = 'Method' | 'Scheme' | 'Authority' | 'Path';

const REQUEST: BlockVerdict = { kind: 'Request' };

/**
 * Collects the fields of one header block after the other, and makes of them the head that HTTP/1.1 would have brought: from there on
 * one set of rules decides about requests of both versions. `head` and `bytes` count until the next `begin`.
 */
export class RequestFields {
  readonly head = new RequestHead();
  /** The head as HTTP/1.1 writes it; what `head.fields` points into. */
  bytes: Buffer = Buffer.allocUnsafeSlow(8_192);
  #method: string | null = null;
  #scheme: string | null = null;
  #authority: string | null = null;
  #path: string | null = null;
  #host: string | null = null;
  readonly #regular: RequestField[] = [];
  #cookie: string | null = null;
  #size = 0;
  #limit = 0;
  #fault: RequestFault | null = null;
  #imitated = false;

  /** `limit` is the most that the fields may count for (RFC 9113 section 6.5.2). */
  begin(limit: number): void {
    this.#method = null;
    this.#scheme = null;
    this.#authority = null;
    this.#path = null;
    this.#host = null;
    this.#regular.length = 0;
    this.#cookie = null;
    this.#size = 0;
    this.#limit = limit;
    this.#fault = null;
    this.#imitated = false;
    this.head.begin();
  }

  /** Takes the next field; what is beyond the limit is dropped, so that a block costs no more than its bytes, whatever it expands to. */
  readonly take = (field: RequestField): void => {
    this.#size += field.size;
    if (this.#size > this.#limit) {
      return;
    }
    switch (field.role) {
      case 'Regular':
        this.#regular.push(field);
        break;
      case 'Cookie':
        this.#cookie = joinCookies(this.#cookie, field.value);
        break;
      case 'Imitation':
        this.#imitated = true;
        break;
      case 'Malformed':
        this.#fault ??= field.name.startsWith(':') ? 'MalformedRequestLine' : 'MalformedField';
        break;
      case 'Forbidden':
        this.#fault ??= 'BadConnectionField';
        break;
      case 'Host':
        this.#takeHost(field.value);
        break;
      default:
        this.#takePseudo(field.role, field.value);
    }
  };

  /** Judges the block that opened a stream. `endStream`: there is no body. */
  request(endStream: boolean): BlockVerdict {
    const method = this.#method;
    const scheme = this.#scheme;
    const path = this.#path;
    // Known even of a request that is refused: the answer to HEAD has no body.
    this.head.method = method ?? '';
    if (this.#fault !== null) {
      return { kind: 'Malformed', fault: this.#fault };
    }
    if (this.#size > this.#limit) {
      return { kind: 'Refused', fault: 'HeaderTooLarge' };
    }
    // RFC 9113 section 8.5: CONNECT has neither scheme nor path, and is not served.
    if (method === 'CONNECT' && scheme === null && path === null) {
      return { kind: 'Refused', fault: 'UnsupportedMethod' };
    }
    if (method === null || scheme === null || path === null) {
      return { kind: 'Malformed', fault: 'MalformedRequestLine' };
    }
    return this.#writeHead(method, path, endStream) ?? REQUEST;
  }

  /** Judges a block behind the body: trailers, which have no pseudo-header fields (RFC 9113 section 8.1). They are not passed on. */
  trailers(): boolean {
    const line = this.#method ?? this.#scheme ?? this.#authority ?? this.#path;
    return line === null && this.#fault === null && this.#size <= this.#limit;
  }

  #takeHost(value: string): void {
    if (this.#host !== null) {
      this.#fault ??= 'BadHost';
    }
    this.#host = value;
  }

  /** RFC 9113 section 8.3: before all others, and each once. */
  #takePseudo(role: Pseudo, value: string): void {
    if (this.#regular.length > 0 || this.#cookie !== null || this.#host !== null || this.#imitated) {
      this.#fault ??= 'MalformedRequestLine';
    }
    if (this.#replace(role, value) !== null) {
      this.#fault ??= 'MalformedRequestLine';
    }
  }

  /** Returns what was there before. */
  #replace(role: Pseudo, value: string): string | null {
    let before: string | null;
    switch (role) {
      case 'Method':
        before = this.#method;
        this.#method = value;
        break;
      case 'Scheme':
        before = this.#scheme;
        this.#scheme = value;
        break;
      case 'Authority':
        before = this.#authority;
        this.#authority = value;
        break;
      case 'Path':
        before = this.#path;
        this.#path = value;
    }
    return before;
  }

  #writeHead(method: string, path: string, endStream: boolean): BlockVerdict | null {
    const named = this.#host;
    const host = this.#authority ?? named;
    if (path === '*' && method !== 'OPTIONS') {
      return { kind: 'Malformed', fault: 'MalformedRequestLine' };
    }
    if (this.#imitated) {
      return { kind: 'Refused', fault: 'ImitatedField' };
    }
    if (host === null) {
      return { kind: 'Refused', fault: 'BadHost' };
    }
    // RFC 9113 section 8.3.1: a Host that names another host makes the request malformed.
    if (named !== null && named !== host && named.toLowerCase() !== host.toLowerCase()) {
      return { kind: 'Malformed', fault: 'HostMismatch' };
    }
    const { head } = this;
    if (!this.#writeFields(host)) {
      return { kind: 'Refused', fault: 'TooManyFields' };
    }
    const fault = head.adopt(method, path, this.bytes, endStream);
    if (fault === null) {
      return null;
    }
    return { kind: fault === 'BadFraming' ? 'Malformed' : 'Refused', fault };
  }

  /** False when there are too many of them. */
  #writeFields(host: string): boolean {
    const { fields } = this.head;
    let text = `host: ${host}\r\n`;
    fields.begin(0);
    let room = fields.add(Field.Host, 4, host.length);
    for (const { name, value, kind, line } of this.#regular) {
      text += line;
      room &&= fields.add(kind, name.length, value.length);
    }
    if (this.#cookie !== null) {
      text += `cookie: ${this.#cookie}\r\n`;
      room &&= fields.add(Field.Other, 6, this.#cookie.length);
    }
    fields.finish();
    this.#writeText(text);
    return room;
  }

  #writeText(text: string): void {
    if (this.bytes.length < text.length) {
      this.bytes = Buffer.allocUnsafeSlow(2 * text.length);
    }
    this.bytes.write(text, 0, 'latin1');
  }
}

/** RFC 9113 section 8.2.3; a part without content adds nothing, lest there be white space at the end of the value. */
function joinCookies(before: string | null, value: string): string {
  return before === null || before === '' ? value : value === '' ? before : `${before}; ${value}`;
}
