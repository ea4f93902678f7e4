import { parseRequests, type ParsedRequest } from '../../support/http/messages.ts';
import { Broken } from '../target.ts';

/** A response by the letter of RFC 9112. */
export interface ParsedResponse {
  readonly status: number;
  readonly fields: ParsedRequest['fields'];
  /** Latin-1, without framing. */
  readonly body: string;
  /** It states a length or a coding. */
  readonly framed: boolean;
}

const STATUS_LINE = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?$/;

const FRAMED = /(?:^|\r\n)(?:content-length|transfer-encoding):/i;

/**
 * Reads interim responses and the final one, which is all that there is. What stands behind the status line is read as that of a request.
 *
 * @throws Broken when it is anything else
 */
export function readResponses(text: string, method: string): readonly ParsedResponse[] {
  const parsed: ParsedResponse[] = [];
  let rest = text;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n');
    const status = Number(STATUS_LINE.exec(rest.slice(0, lineEnd))?.[1] ?? Number.NaN);
    const headEnd = rest.indexOf('\r\n\r\n') + 4;
    if (Number.isNaN(status) || headEnd < 4) {
      throw new Broken(`no response: ${JSON.stringify(rest)}`);
    }
    const section = rest.slice(lineEnd + 2, headEnd - 2);
    const fields = readFields(section);
    const framed = FRAMED.test(section);
    rest = rest.slice(headEnd);
    if (status >= 200) {
      return [...parsed, { status, fields, framed, body: readBody(rest, { status, method, section }) }];
    }
    parsed.push({ status, fields, framed, body: '' });
  }
}

function readFields(section: string): ParsedRequest['fields'] {
  const framed = /^(?:content-length|transfer-encoding) *:/gim;
  const { fields } = request(`${section.replaceAll(framed, 'x-framing:')}\r\n`);
  return fields.filter(([name]) => name !== 'x-framing');
}

function readBody(
  rest: string,
  { status, method, section }: { status: number; method: string; section: string },
): string {
  if (method === 'HEAD' || status === 204 || status === 304) {
    return rest === '' ? '' : fail(`a body where there is none: ${JSON.stringify(rest)}`);
  }
  return FRAMED.test(section) ? request(`${section}\r\n${rest}`).body : rest;
}

function request(behindLine: string): ParsedRequest {
  const { requests, rest } = parseRequests(`POST / HTTP/1.1\r\nHost: a\r\n${behindLine}`);
  const [only] = requests;
  if (requests.length !== 1 || rest !== 'Empty' || only === undefined) {
    return fail(`no response: ${JSON.stringify(behindLine)}`);
  }
  return { ...only, fields: only.fields.slice(1) };
}

function fail(what: string): never {
  throw new Broken(what);
}
