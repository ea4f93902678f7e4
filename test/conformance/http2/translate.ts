import { parseRequests, type ParsedRequest } from '../../support/http/messages.ts';
import type { Fields } from '../../support/http2/frames.ts';
import type { Http1Case } from '../http1/case.ts';
import { endToEndFields, originForm } from '../judge.ts';
import { MAX_PAYLOAD, type Http2Case, type Http2Request } from './case.ts';
import { brokenRules } from './rules.ts';

/**
 * A case of HTTP/1.1 in HTTP/2. Once to the letter: every name (in lower case) and value as it stands, Host as `host`, everything behind
 * the head as DATA. A good case once more as a client would say it, without what is not for HTTP/2. Empty for a case about what only
 * HTTP/1.1 has: a request line that is none, or what follows on a connection.
 */
export function translate(testCase: Http1Case): readonly Http2Case[] {
  return [...toTheLetter(testCase), ...adapted(testCase)];
}

function toTheLetter(testCase: Http1Case): readonly Http2Case[] {
  const { id, must, messages } = testCase;
  const head = readHead(testCase.raw.toString('latin1'));
  if (head === null || messages > 1 || (must === 'reject' && messages > 0)) {
    return [];
  }
  const lower = head.fields.map(([name, value]) => [lowerCase(name), value] as const);
  const pseudo = [
    [':method', head.method],
    [':scheme', 'https'],
    [':path', head.target],
  ] as const;
  const request = { fields: [...pseudo, ...lower], data: payloads(head.rest), trailers: null, ends: true };
  const broken = brokenRules(request);
  if (broken.length > 0) {
    const at = broken.every((rule) => rule.startsWith('8.1.1')) ? 'body' : 'head';
    return [
      { id, must: 'reject', at, messages: 0, why: `RFC 9113 ${broken.join('; ')}`, requests: [request] },
    ];
  }
  return [{ ...verdictOf(testCase, head), requests: [request] }];
}

/** Of a request that breaks no rule of HTTP/2: a fault that lies not in how HTTP/1.1 writes it is one in HTTP/2 as well. */
function verdictOf({ id, must, at, why }: Http1Case, head: LooseHead): Omit<Http2Case, 'requests'> {
  if (must === 'reject' && at === 'head' && head.plain) {
    return { id, must, at, messages: 0, why };
  }
  return { id, must: must === 'accept' ? must : 'either', messages: 1, why };
}

function adapted({ id, must, why, raw, messages }: Http1Case): readonly Http2Case[] {
  const { requests } = parseRequests(raw.toString('latin1'));
  return must === 'accept'
    ? [{ id: `${id}+adapted`, must, messages, why, requests: requests.map(adapt) }]
    : [];
}

function adapt(request: ParsedRequest): Http2Request {
  const { method, target, fields, body } = request;
  const host = fields.find(([name]) => lowerCase(name) === 'host')?.[1] ?? '';
  const passed = endToEndFields(fields)
    .map(([name, value]) => [lowerCase(name), value] as const)
    .filter(([name]) => name !== 'host');
  const length = fields.filter(([name]) => lowerCase(name) === 'content-length');
  return {
    fields: [
      [':method', method],
      [':scheme', 'https'],
      [':authority', host],
      [':path', originForm(method, target)],
      ...passed,
      ...length.map(([, value]) => ['content-length', value] as const),
    ],
    data: payloads(body),
    trailers: null,
    ends: true,
  };
}

/** What stands where the parts of a request head should be, whatever it is. */
interface LooseHead {
  readonly method: string;
  readonly target: string;
  /** Values without the white space around them, folded lines and bare line ends included. */
  readonly fields: Fields;
  /** Everything behind the head. */
  readonly rest: string;
  /** True when the head is written exactly as it should be. */
  readonly plain: boolean;
}

function readHead(text: string): LooseHead | null {
  const [, start = '', section = '', rest = ''] =
    /^((?:(?!\r\n).)*)\r\n(.*?(?:\r\n|^))\r\n(.*)$/s.exec(text) ?? [];
  const [, method, target, version = ''] = /^([^ ]*) (.*?)(?: (HTTP\/[^ ]*))?$/s.exec(start) ?? [];
  if (method === undefined || target === undefined || start === '') {
    return null;
  }
  const lines = section
    .replace(/\r\n$/, '')
    .split(/\r\n(?![ \t])/)
    .filter((line) => line !== '');
  const fields = lines.map(readLine);
  const written = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const plain = /^HTTP\/1\.[01]$/.test(version) && written === section;
  return { method, target, fields, rest, plain };
}

function readLine(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':', line.startsWith(':') ? 1 : 0);
  return colon === -1
    ? [line, '']
    : [line.slice(0, colon), line.slice(colon + 1).replaceAll(/^[ \t]+|[ \t]+$/g, '')];
}

function payloads(text: string): readonly string[] {
  return text.match(new RegExp(`.{1,${MAX_PAYLOAD}}`, 'gs')) ?? [];
}

/** Of ASCII letters alone. */
function lowerCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
