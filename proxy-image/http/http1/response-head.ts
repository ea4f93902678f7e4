import { NO_OPTIONS, readConnection, type ConnectionOptions } from './connection-field.ts';
import { Field } from './field-names.ts';
import { FieldSection } from './fields.ts';
import { CHUNKED, isChunked, readContentLength, UNTIL_CLOSE } from './framing.ts';
import { isConnectionAuth } from './request-head.ts';
import { CR, isFieldValue, LF, SP, textOf } from './tokens.ts';

/** Bytes that a response's head may have. */
const MAX_HEAD = 65_536;

export type ResponseOutcome = 'Complete' | 'Incomplete' | 'Malformed';

/** The head of one response, read as strictly as a request's: a response that could be read in two ways would poison the next one. */
export class ResponseHead {
  readonly fields = new FieldSection();
  status = 0;
  reason = '';
  minor = 1;
  connection: ConnectionOptions = NO_OPTIONS;
  /** How long the server says it keeps an idle connection, milliseconds; infinity when it does not say. */
  keepAlive = Number.POSITIVE_INFINITY;
  upgrade: string | null = null;
  /** True when it asks for credentials that count for the connection: NTLM and Negotiate. */
  connectionAuth = false;
  #part: 'StatusLine' | 'Fields' = 'StatusLine';
  #searched = 0;
  #length: number | null = null;
  #chunked = false;

  /** Offset behind the head. */
  get end(): number {
    return this.fields.end;
  }

  begin(): void {
    this.connection = NO_OPTIONS;
    this.keepAlive = Number.POSITIVE_INFINITY;
    this.upgrade = null;
    this.connectionAuth = false;
    this.#part = 'StatusLine';
    this.#searched = 0;
    this.#length = null;
    this.#chunked = false;
  }

  /** Goes on reading; `bytes` holds the head from its beginning, each time with more at its end. */
  read(bytes: Buffer): ResponseOutcome {
    if (this.#part === 'StatusLine') {
      const outcome = this.#readStatusLine(bytes);
      if (outcome !== null) {
        return outcome;
      }
      this.#part = 'Fields';
    }
    const outcome = this.fields.read(bytes, MAX_HEAD);
    if (outcome === 'Incomplete') {
      return outcome;
    }
    return outcome === 'Complete' && this.#interpret(bytes) ? 'Complete' : 'Malformed';
  }

  /** Length of the body of a final response to `method` (RFC 9112 section 6.3). */
  bodyLength(method: string): number {
    if (method === 'HEAD' || this.status === 204 || this.status === 304) {
      return 0;
    }
    if (this.#chunked) {
      return CHUNKED;
    }
    return this.#length ?? UNTIL_CLOSE;
  }

  #readStatusLine(bytes: Buffer): ResponseOutcome | null {
    const lineFeed = bytes.indexOf(LF, this.#searched);
    if (lineFeed === -1) {
      this.#searched = bytes.length;
      return bytes.length > MAX_HEAD ? 'Malformed' : 'Incomplete';
    }
    this.fields.begin(lineFeed + 1);
    return this.#parseLine(bytes, lineFeed) ? null : 'Malformed';
  }

  /** `HTTP/1.x SP 3DIGIT SP reason CRLF`; the SP before an empty reason may be missing, as some servers leave it out. */
  #parseLine(bytes: Buffer, lineFeed: number): boolean {
    const end = lineFeed - 1;
    const minor = readMinor(bytes);
    const status = readStatus(bytes);
    const bare = end === STATUS_END;
    const sound = minor >= 0 && status >= 0 && end >= STATUS_END && bytes[end] === CR;
    if (!sound || (!bare && (bytes[STATUS_END] !== SP || !isFieldValue(bytes, STATUS_END, end)))) {
      return false;
    }
    this.minor = minor;
    this.status = status;
    this.reason = bare ? '' : textOf(bytes, STATUS_END + 1, end, this.reason);
    return true;
  }

  #interpret(bytes: Buffer): boolean {
    for (let index = 0; index < this.fields.count; index += 1) {
      if (!this.#interpretField(bytes, index)) {
        return false;
      }
    }
    return !(this.#chunked && (this.#length !== null || this.minor === 0));
  }

  #interpretField(bytes: Buffer, index: number): boolean {
    const { fields } = this;
    switch (fields.kinds[index]) {
      case Field.ContentLength:
        return this.#contentLength(bytes, index);
      case Field.TransferEncoding:
        return this.#transferEncoding(bytes, index);
      case Field.Connection: {
        const options = readConnection(fields.value(bytes, index), this.connection);
        this.connection = options ?? NO_OPTIONS;
        return options !== null;
      }
      case Field.KeepAlive:
        this.keepAlive = announcedTimeout(fields.value(bytes, index));
        return true;
      case Field.Upgrade:
        this.upgrade = fields.value(bytes, index);
        return true;
      case Field.WwwAuthenticate:
        this.connectionAuth ||= isConnectionAuth(fields.value(bytes, index));
        return true;
      default:
        return true;
    }
  }

  #contentLength(bytes: Buffer, index: number): boolean {
    const { valueStarts, valueEnds } = this.fields;
    if (this.#length !== null) {
      return false;
    }
    this.#length = readContentLength(bytes, valueStarts[index] ?? 0, valueEnds[index] ?? 0);
    return this.#length !== null;
  }

  #transferEncoding(bytes: Buffer, index: number): boolean {
    const { valueStarts, valueEnds } = this.fields;
    if (this.#chunked) {
      return false;
    }
    this.#chunked = isChunked(bytes, valueStarts[index] ?? 0, valueEnds[index] ?? 0);
    return this.#chunked;
  }
}

const HTTP_1 = Buffer.from('HTTP/1.');
const MINOR_AT = HTTP_1.length;
const STATUS_AT = MINOR_AT + 2;
const STATUS_END = STATUS_AT + 3;
const ZERO = 0x30;

/** What `HTTP/1.x SP` has for x; -1 for any other beginning. */
function readMinor(bytes: Buffer): number {
  for (let at = 0; at < MINOR_AT; at += 1) {
    if (bytes[at] !== HTTP_1[at]) {
      return -1;
    }
  }
  const minor = (bytes[MINOR_AT] ?? 0) - ZERO;
  return (minor === 0 || minor === 1) && bytes[MINOR_AT + 1] === SP ? minor : -1;
}

/** Three digits, the first of them from 1 to 5; -1 for what is no status. */
function readStatus(bytes: Buffer): number {
  let status = 0;
  for (let at = STATUS_AT; at < STATUS_END; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) {
      return -1;
    }
    status = status * 10 + digit;
  }
  return status >= 100 && status <= 599 ? status : -1;
}

/** `Keep-Alive: timeout=5, max=100` gives 5000. */
function announcedTimeout(value: string): number {
  const seconds = /(?:^|[ ,])timeout=([0-9]{1,6})(?:[ ,]|$)/i.exec(value)?.[1];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1_000;
}
