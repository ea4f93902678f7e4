import { describe, expect, it } from '@jest/globals';
import { CHUNKED, UNTIL_CLOSE } from './framing.ts';
import { ResponseHead, type ResponseOutcome } from './response-head.ts';

function readCut(
  text: string,
  cut: number,
): { readonly head: ResponseHead; readonly outcome: ResponseOutcome } {
  const head = new ResponseHead();
  head.begin();
  const bytes = Buffer.from(text, 'latin1');
  const early = head.read(bytes.subarray(0, cut));
  return { head, outcome: early === 'Incomplete' ? head.read(bytes) : early };
}

function response(fields: string, line = 'HTTP/1.1 200 OK'): string {
  return `${line}\r\n${fields}\r\n`;
}

const MALFORMED: readonly (readonly [what: string, text: string])[] = [
  ['another protocol', response('', 'HTTP/2.0 200 OK')],
  ['no status', response('', 'HTTP/1.1 OK')],
  ['a status of two digits', response('', 'HTTP/1.1 20 OK')],
  ['a status of four digits', response('', 'HTTP/1.1 2000 OK')],
  ['a status above 599', response('', 'HTTP/1.1 600 Odd')],
  ['a control byte in the reason', response('', 'HTTP/1.1 200 O\x01K')],
  ['a bare LF', 'HTTP/1.1 200 OK\nX: 1\r\n\r\n'],
  ['a bare CR in a field', response('X: 1\rY: 2\r\n')],
  ['a folded line', response('X: 1\r\n 2\r\n')],
  ['a space before the colon', response('Content-Length : 1\r\n')],
  ['a length that is no number', response('Content-Length: x\r\n')],
  ['two lengths', response('Content-Length: 1\r\nContent-Length: 1\r\n')],
  ['length and chunked', response('Content-Length: 1\r\nTransfer-Encoding: chunked\r\n')],
  ['chunked twice', response('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n')],
  ['another coding', response('Transfer-Encoding: gzip\r\n')],
  ['chunked of HTTP/1.0', response('Transfer-Encoding: chunked\r\n', 'HTTP/1.0 200 OK')],
  ['a head of 64 KiB', response(`X: ${'a'.repeat(65_536)}\r\n`)],
];

describe('ResponseHead', () => {
  it.each(MALFORMED)('refuses %s, however it is cut', (_what, text) => {
    const cuts = Array.from({ length: Math.min(text.length, 100) }, (_, cut) => readCut(text, cut).outcome);

    expect(new Set(cuts)).toEqual(new Set(['Malformed']));
  });

  it('reads a response the same however it is cut', () => {
    const text = response(
      'Content-Length: 5\r\nConnection: close\r\nKeep-Alive: timeout=7, max=9\r\n',
      'HTTP/1.1 404 Not Found',
    );

    const cuts = Array.from({ length: text.length }, (_, cut) => readCut(text, cut));

    for (const { head, outcome } of cuts) {
      expect(outcome).toBe('Complete');
      expect(head).toMatchObject({ status: 404, reason: 'Not Found', minor: 1, keepAlive: 7_000 });
      expect(head.connection.close).toBe(true);
      expect(head.bodyLength('GET')).toBe(5);
    }
  });

  it.each([
    ['HTTP/1.1 200', ''],
    ['HTTP/1.1 200 ', ''],
    ['HTTP/1.0 200 Fine', 'Fine'],
    ['HTTP/1.1 200 Gr\xfcn', 'Gr\xfcn'],
  ])('reads the status line %s', (line, reason) => {
    const { head, outcome } = readCut(response('', line), 0);

    expect(outcome).toBe('Complete');
    expect(head.reason).toBe(reason);
  });

  it.each([
    ['a length', 'GET', 200, 'Content-Length: 5\r\n', 5],
    ['chunks', 'GET', 200, 'Transfer-Encoding: chunked\r\n', CHUNKED],
    ['neither', 'GET', 200, '', UNTIL_CLOSE],
    ['HEAD', 'HEAD', 200, 'Content-Length: 5\r\n', 0],
    ['HEAD with chunks', 'HEAD', 200, 'Transfer-Encoding: chunked\r\n', 0],
    ['204', 'GET', 204, 'Content-Length: 5\r\n', 0],
    ['304', 'GET', 304, 'Content-Length: 5\r\n', 0],
  ])('knows where the body of a response with %s ends', (_what, method, status, fields, expected) => {
    const { head } = readCut(response(fields, `HTTP/1.1 ${status} X`), 0);

    expect(head.bodyLength(method)).toBe(expected);
  });

  it.each([
    ['Negotiate', true],
    ['NTLM', true],
    ['Basic realm="x"', false],
  ])('knows whether WWW-Authenticate: %s counts for the connection', (value, expected) => {
    const { head } = readCut(response(`WWW-Authenticate: ${value}\r\n`, 'HTTP/1.1 401 X'), 0);

    expect(head.connectionAuth).toBe(expected);
  });
});
