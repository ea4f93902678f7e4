import { describe, expect, it } from '@jest/globals';
import { CHUNKED } from './framing.ts';
import { RequestHead, type HeadOutcome } from './request-head.ts';

const LIMIT = 8_192;

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Reads bytes that arrive in two parts, cut at `cut`. */
function readCut(text: string, cut: number): { readonly head: RequestHead; readonly outcome: HeadOutcome } {
  const head = new RequestHead();
  head.begin();
  const bytes = bytesOf(text);
  const early = head.read(bytes.subarray(0, cut), LIMIT);
  return { head, outcome: early === 'Incomplete' ? head.read(bytes, LIMIT) : early };
}

function read(text: string): { readonly head: RequestHead; readonly outcome: HeadOutcome } {
  return readCut(text, 0);
}

const HOST = 'Host: example.com\r\n';

function get(target: string, fields = ''): string {
  return `GET ${target} HTTP/1.1\r\n${HOST}${fields}\r\n`;
}

function facts(head: RequestHead): unknown {
  const { method, target, host, hostValue, minor, bodyLength, connection, upgrade, end } = head;
  return { method, target, host, hostValue, minor, bodyLength, connection, upgrade, end };
}

const REFUSED: readonly (readonly [what: string, text: string, fault: HeadOutcome])[] = [
  ['no version', 'GET /\r\n\r\n', 'MalformedRequestLine'],
  ['two spaces', `GET  / HTTP/1.1\r\n${HOST}\r\n`, 'MalformedRequestLine'],
  ['a space in the target', get('/a b'), 'MalformedRequestLine'],
  ['a space at the end', `GET / HTTP/1.1 \r\n${HOST}\r\n`, 'MalformedRequestLine'],
  ['a bare LF in the request line', `GET / HTTP/1.1\n${HOST}\r\n`, 'MalformedRequestLine'],
  ['a bare CR in the request line', `GET / HTTP/1.1\r${HOST}\r\n`, 'MalformedRequestLine'],
  ['a TLS handshake', '\x16\x03\x01\x02\x00', 'MalformedRequestLine'],
  ['another protocol', `GET / ICE/1.0\r\n${HOST}\r\n`, 'MalformedRequestLine'],
  ['HTTP/2', `GET / HTTP/2.0\r\n${HOST}\r\n`, 'UnsupportedVersion'],
  ['HTTP/1.2', `GET / HTTP/1.2\r\n${HOST}\r\n`, 'UnsupportedVersion'],
  ['CONNECT', `CONNECT example.com:443 HTTP/1.1\r\n${HOST}\r\n`, 'UnsupportedMethod'],
  ['TRACE', `TRACE / HTTP/1.1\r\n${HOST}\r\n`, 'UnsupportedMethod'],
  ['a fragment', get('/a#b'), 'BadTarget'],
  ['bytes beyond ASCII in the target', get('/\xe4'), 'BadTarget'],
  ['an asterisk without OPTIONS', get('*'), 'BadTarget'],
  ['a target without a slash', get('a'), 'BadTarget'],
  ['another scheme', get('ftp://example.com/'), 'BadTarget'],
  ['user information', get('http://user@example.com/'), 'BadTarget'],
  ['an absolute target for another host', get('http://example.org/'), 'HostMismatch'],
  ['an absolute target for another port', get('http://example.com:8080/'), 'HostMismatch'],
  ['a long target', get(`/${'a'.repeat(LIMIT)}`), 'TargetTooLong'],
  ['a long field', get('/', `X: ${'a'.repeat(LIMIT)}\r\n`), 'HeaderTooLarge'],
  ['a malformed field beyond the limit', get('/', `X: ${'a'.repeat(LIMIT)}\0\r\n`), 'HeaderTooLarge'],
  ['many fields', get('/', 'X: 1\r\n'.repeat(130)), 'TooManyFields'],
  ['no colon', get('/', 'X\r\n'), 'MalformedField'],
  ['no name', get('/', ': 1\r\n'), 'MalformedField'],
  ['a space before the colon', get('/', 'X : 1\r\n'), 'MalformedField'],
  ['a tab before the colon', get('/', 'X\t: 1\r\n'), 'MalformedField'],
  ['a folded line', get('/', 'X: 1\r\n 2\r\n'), 'MalformedField'],
  ['a line that begins with a space', `GET / HTTP/1.1\r\n X: 1\r\n${HOST}\r\n`, 'MalformedField'],
  ['a bare LF', get('/', 'X: 1\nY: 2\r\n'), 'MalformedField'],
  ['a bare CR', get('/', 'X: 1\rY: 2\r\n'), 'MalformedField'],
  ['a bare CR for an empty line', `GET / HTTP/1.1\r\n${HOST}\r\rX`.concat('\n'), 'MalformedField'],
  ['NUL', get('/', 'X: \0\r\n'), 'MalformedField'],
  ['DEL', get('/', 'X: \x7f\r\n'), 'MalformedField'],
  ['a name beyond ASCII', get('/', 'X\xe4: 1\r\n'), 'MalformedField'],
  ['Transfer_Encoding', get('/', 'Transfer_Encoding: chunked\r\n'), 'ImitatedField'],
  ['x-forwarded_for', get('/', 'x-forwarded_for: 192.0.2.1\r\n'), 'ImitatedField'],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 'BadHost'],
  ['no Host of HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', 'BadHost'],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 'BadHost'],
  ['two Hosts', get('/', HOST), 'BadHost'],
  ['Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 'BadHost'],
  ['Connection that names Host', get('/', 'Connection: host\r\n'), 'BadConnectionField'],
  ['Connection that is no list of tokens', get('/', 'Connection: a b\r\n'), 'BadConnectionField'],
  ['a length with a sign', get('/', 'Content-Length: +1\r\n'), 'BadFraming'],
  ['a length with a leading zero', get('/', 'Content-Length: 01\r\n'), 'BadFraming'],
  ['a list of lengths', get('/', 'Content-Length: 1, 1\r\n'), 'BadFraming'],
  ['two equal lengths', get('/', 'Content-Length: 1\r\nContent-Length: 1\r\n'), 'BadFraming'],
  ['a length of 16 digits', get('/', 'Content-Length: 1000000000000000\r\n'), 'BadFraming'],
  ['length and chunked', get('/', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'), 'BadFraming'],
  ['chunked twice', get('/', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'), 'BadFraming'],
  ['another coding', get('/', 'Transfer-Encoding: gzip, chunked\r\n'), 'BadFraming'],
  ['an empty list element', get('/', 'Transfer-Encoding: ,chunked\r\n'), 'BadFraming'],
  ['chunked of HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`, 'BadFraming'],
  ['an unknown expectation', get('/', 'Expect: miracles\r\n'), 'ExpectationFailed'],
  [
    'Max-Forwards that is no number',
    `OPTIONS / HTTP/1.1\r\n${HOST}Max-Forwards: x\r\n\r\n`,
    'MalformedField',
  ],
];

describe('RequestHead', () => {
  it.each(REFUSED)('refuses %s', (_what, text, fault) => {
    const { outcome } = read(text);

    expect(outcome).toBe(fault);
  });

  it.each(REFUSED)('refuses %s however it is cut', (_what, text, fault) => {
    const cuts = Array.from({ length: Math.min(text.length, 400) }, (_, cut) => readCut(text, cut).outcome);

    expect(new Set(cuts)).toEqual(new Set([fault]));
  });

  it('reads a request the same however it is cut', () => {
    const text = `\r\nPOST /a/b?c=d HTTP/1.1\r\nHost: Example.com:8443\r\nconnection: Keep-Alive, X-Hop\r\nX-Hop: 1\r\nContent-Length: 12\r\n\r\nhello`;
    const whole = read(text);

    const cuts = Array.from({ length: text.length }, (_, cut) => readCut(text, cut));

    expect(whole.outcome).toBe('Complete');
    expect(facts(whole.head)).toEqual({
      method: 'POST',
      target: { target: '/a/b?c=d', path: '/a/b', query: 'c=d', authority: null },
      host: 'example.com',
      hostValue: 'Example.com:8443',
      minor: 1,
      bodyLength: 12,
      connection: { close: false, upgrade: false, names: ['x-hop'] },
      upgrade: null,
      end: text.length - 'hello'.length,
    });
    for (const { head, outcome } of cuts) {
      expect(outcome).toBe('Complete');
      expect(facts(head)).toEqual(facts(whole.head));
    }
  });

  it('reads a request that arrives byte by byte', () => {
    const text = get('/', 'X: 1\r\n');
    const bytes = bytesOf(text);
    const head = new RequestHead();
    head.begin();

    const outcomes = Array.from(bytes, (_, index) => head.read(bytes.subarray(0, index + 1), LIMIT));

    expect(outcomes.slice(0, -1)).toEqual(outcomes.slice(0, -1).map(() => 'Incomplete'));
    expect(outcomes.at(-1)).toBe('Complete');
  });

  it.each([
    ['an absolute form', get('http://example.com/a?b'), '/a?b', '/a'],
    ['an absolute form with its default port', get('https://example.com:443/a'), '/a', '/a'],
    ['an absolute form in capitals', get('HTTP://EXAMPLE.com/a'), '/a', '/a'],
    ['an absolute form without a path', get('http://example.com?b'), '/?b', '/'],
    ['an asterisk', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, '*', null],
    ['OPTIONS for a whole server', `OPTIONS http://example.com HTTP/1.1\r\n${HOST}\r\n`, '*', null],
    ['a query with question marks', get('/a?b?c'), '/a?b?c', '/a'],
    ['two slashes', get('//a'), '//a', '//a'],
  ])('reads the target of %s', (_what, text, target, path) => {
    const { head, outcome } = read(text);

    expect(outcome).toBe('Complete');
    expect(head.target).toMatchObject({ target, path });
  });

  it('reads chunked in any case, with white space around it', () => {
    const { head, outcome } = read(get('/', 'tRANSFER-eNCODING: \t CHUNKED \r\n'));

    expect(outcome).toBe('Complete');
    expect(head.bodyLength).toBe(CHUNKED);
  });

  it.each([
    ['100-continue', `POST / HTTP/1.1\r\n${HOST}Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n`, true],
    [
      '100-continue of HTTP/1.0',
      `POST / HTTP/1.0\r\n${HOST}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n`,
      false,
    ],
  ])('knows whether %s waits', (_what, text, expected) => {
    const { head } = read(text);

    expect(head.expectsContinue).toBe(expected);
  });

  it.each([
    ['NTLM TlRMTVNTUAAB', true],
    ['Negotiate YII', true],
    ['Basic YTpi', false],
    ['Bearer negotiate', false],
  ])('knows whether the credentials %s count for the connection', (value, expected) => {
    const { head } = read(get('/', `Authorization: ${value}\r\n`));

    expect(head.connectionAuth).toBe(expected);
  });

  it('forgets a request when the next one begins', () => {
    const { head } = read(
      get('/', 'Connection: close\r\nUpgrade: a\r\nContent-Length: 3\r\nAuthorization: NTLM x\r\n'),
    );

    head.begin();
    const outcome = head.read(bytesOf(get('/next')), LIMIT);

    expect(outcome).toBe('Complete');
    expect(head).toMatchObject({ upgrade: null, bodyLength: 0, connectionAuth: false });
    expect(head.connection.close).toBe(false);
  });

  it('leaves two Upgrade fields without a meaning', () => {
    const { head } = read(get('/', 'Upgrade: a\r\nUpgrade: b\r\n'));

    expect(head.upgrade).toBeNull();
  });

  it('takes names that JavaScript objects inherit for what they are', () => {
    const { head, outcome } = read(get('/', '__proto__: 1\r\nconstructor: 2\r\n'));

    expect(outcome).toBe('Complete');
    expect(head.fields.count).toBe(3);
  });
});
