/** One request as a server reads it. */
export interface ParsedRequest {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** Names as written, values without the white space around them, in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Latin-1, without framing. */
  readonly body: string;
  /** The fields behind a chunked body. */
  readonly trailers: readonly (readonly [name: string, value: string])[];
}

type Body = Pick<ParsedRequest, 'body' | 'trailers'>;

/** What a run of bytes holds: whole requests, and after them nothing, the beginning of one, or what is no request. */
export interface ParsedRequests {
  readonly requests: readonly ParsedRequest[];
  /** For each request the offset behind its last byte. */
  readonly ends: readonly number[];
  readonly rest: 'Empty' | 'Incomplete' | 'Malformed';
}

type Part<T> = { readonly value: T; readonly end: number } | 'Incomplete' | 'Malformed';

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const REQUEST_LINE = new RegExp(`^(${TOKEN}) ([\\x21-\\x22\\x24-\\x7e]+) (HTTP/1\\.[01])$`);
const FIELD_LINE = new RegExp(`^(${TOKEN}):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[ \\t]*$`);
const EXTENSION = `;${TOKEN}(?:=(?:${TOKEN}|"(?:[^"\\\\\\r\\n]|\\\\.)*"))?`;
const CHUNK_LINE = new RegExp(`^([0-9A-Fa-f]+)(?:${EXTENSION})*$`);

/**
 * Reads requests by the letter of RFC 9112, one Host and one statement of the length each. It shares no code with the proxy, so that
 * both would have to err alike.
 */
export function parseRequests(bytes: string): ParsedRequests {
  const requests: ParsedRequest[] = [];
  const ends: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const request = parseRequest(bytes, skipEmptyLines(bytes, at));
    if (typeof request === 'string') {
      return { requests, ends, rest: request };
    }
    requests.push(request.value);
    ends.push(request.end);
    at = request.end;
  }
  return { requests, ends, rest: 'Empty' };
}

function skipEmptyLines(bytes: string, start: number): number {
  let at = start;
  while (bytes.startsWith('\r\n', at)) {
    at += 2;
  }
  return at;
}

function parseRequest(bytes: string, start: number): Part<ParsedRequest> {
  const lineEnd = bytes.indexOf('\r\n', start);
  if (lineEnd === -1) {
    return 'Incomplete';
  }
  const [, method, target, version] = REQUEST_LINE.exec(bytes.slice(start, lineEnd)) ?? [];
  if (method === undefined || target === undefined || version === undefined) {
    return 'Malformed';
  }
  const section = parseFields(bytes, lineEnd + 2);
  if (typeof section === 'string') {
    return section;
  }
  const fields = section.value;
  if (valuesOf(fields, 'host').length !== 1) {
    return 'Malformed';
  }
  const body = parseBody(bytes, section.end, fields);
  return typeof body === 'string'
    ? body
    : { value: { method, target, version, fields, ...body.value }, end: body.end };
}

function parseFields(bytes: string, start: number): Part<ParsedRequest['fields']> {
  const fields: (readonly [string, string])[] = [];
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) {
      return 'Incomplete';
    }
    if (lineEnd === at) {
      return { value: fields, end: at + 2 };
    }
    const [, name, value] = FIELD_LINE.exec(bytes.slice(at, lineEnd)) ?? [];
    if (name === undefined || value === undefined) {
      return 'Malformed';
    }
    fields.push([name, value]);
    at = lineEnd + 2;
  }
}

function parseBody(bytes: string, start: number, fields: ParsedRequest['fields']): Part<Body> {
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  if (lengths.length + codings.length > 1) {
    return 'Malformed';
  }
  if (codings.length === 1) {
    return codings[0]?.toLowerCase() === 'chunked' ? parseChunks(bytes, start) : 'Malformed';
  }
  const length = lengths[0] ?? '0';
  if (!/^(?:0|[1-9][0-9]*)$/.test(length)) {
    return 'Malformed';
  }
  const end = start + Number(length);
  return end > bytes.length ? 'Incomplete' : { value: { body: bytes.slice(start, end), trailers: [] }, end };
}

function parseChunks(bytes: string, start: number): Part<Body> {
  let body = '';
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) {
      return 'Incomplete';
    }
    const size = CHUNK_LINE.exec(bytes.slice(at, lineEnd))?.[1];
    if (size === undefined) {
      return 'Malformed';
    }
    const data = lineEnd + 2;
    const length = Number.parseInt(size, 16);
    if (length === 0) {
      const trailers = parseFields(bytes, data);
      return typeof trailers === 'string'
        ? trailers
        : { value: { body, trailers: trailers.value }, end: trailers.end };
    }
    if (data + length + 2 > bytes.length) {
      return 'Incomplete';
    }
    if (!bytes.startsWith('\r\n', data + length)) {
      return 'Malformed';
    }
    body += bytes.slice(data, data + length);
    at = data + length + 2;
  }
}

/** The values of all lines of a field; `name` in lower case. */
export function valuesOf(fields: ParsedRequest['fields'], name: string): readonly string[] {
  return fields.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
}
