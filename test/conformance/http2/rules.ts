import type { Fields } from '../../support/http2/frames.ts';
import type { Http2Request } from './case.ts';

/** A rule of RFC 9113 that makes a request malformed: its section, and whether a request breaks it. */
type Rule = readonly [section: string, broken: (request: Http2Request) => boolean];

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const PATH = /^(?:\/[\x21\x22\x24-\x7e]*|\*)$/;

const CONNECTION_FIELDS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** What can be told of a request by its letters alone; it shares no code with the proxy. */
const RULES: readonly Rule[] = [
  ['8.3.1: a method that is a token', (request) => !TOKEN.test(only(request, ':method') ?? '')],
  ['8.3.1: a path that is an origin form or *', (request) => !PATH.test(only(request, ':path') ?? '')],
  [
    '8.3.1: * is for OPTIONS',
    (request) => only(request, ':path') === '*' && only(request, ':method') !== 'OPTIONS',
  ],
  ['8.5: CONNECT without a path', (request) => only(request, ':method') === 'CONNECT'],
  ['8.3.1: a Host or :authority', (request) => valuesOf(request.fields, 'host').length !== 1],
  ['8.2.1: names that are tokens', ({ fields }) => regular(fields).some(([name]) => !TOKEN.test(name))],
  ['8.2.1: values without control bytes', ({ fields }) => fields.some(([, value]) => !VALUE.test(value))],
  [
    '8.2.1: values without white space around',
    ({ fields }) => fields.some(([, value]) => /^[ \t]|[ \t]$/.test(value)),
  ],
  [
    '8.2.2: no fields of the connection',
    ({ fields }) => fields.some(([name]) => CONNECTION_FIELDS.has(name)),
  ],
  ['8.2.2: TE is trailers', ({ fields }) => valuesOf(fields, 'te').some((value) => value !== 'trailers')],
  ['8.1.1: one length, which is that of DATA', hasWrongLength],
];

/** The rules that a request breaks. */
export function brokenRules(request: Http2Request): readonly string[] {
  return RULES.filter(([, broken]) => broken(request)).map(([section]) => section);
}

function hasWrongLength({ fields, data }: Http2Request): boolean {
  const lengths = valuesOf(fields, 'content-length');
  const [length = ''] = lengths;
  return (
    lengths.length > 1 ||
    (lengths.length === 1 && (!/^[0-9]+$/.test(length) || Number(length) !== data.join('').length))
  );
}

function only({ fields }: Http2Request, name: string): string | undefined {
  return fields.find(([other]) => other === name)?.[1];
}

function valuesOf(fields: Fields, name: string): readonly string[] {
  return fields.filter(([other]) => other === name).map(([, value]) => value);
}

function regular(fields: Fields): Fields {
  return fields.filter(([name]) => !name.startsWith(':'));
}
