import { describe, expect, it } from '@jest/globals';
import { parseRequests } from '../support/http/messages.ts';
import { judge, type Finding, type Observation } from './judge.ts';
import type { Expectation } from './verdict.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
const OK = 200;
const BAD = 400;

function observe(status: number, bytes: string, ended = false): Observation {
  return { statuses: [status], requests: parseRequests(bytes).requests, connections: [{ bytes, ended }] };
}

function testCase(must: Expectation['must'], raw: string, parts: Partial<Expectation> = {}): Expectation {
  return {
    id: 'x',
    must,
    messages: must === 'reject' ? 0 : 1,
    why: '',
    ordered: true,
    sent: parseRequests(raw).requests,
    ...parts,
  };
}

describe('judge', () => {
  it.each<[string, Expectation, Observation, readonly Finding[]]>([
    ['a good request passed on', testCase('accept', POST), observe(OK, POST), []],
    ['a good request refused', testCase('accept', POST), observe(BAD, ''), ['validRefused']],
    [
      'a good request changed',
      testCase('accept', POST),
      observe(OK, POST.replace('abc', 'abd')),
      ['validRefused'],
    ],
    [
      'a good request served twice',
      testCase('accept', GET),
      observe(OK, GET + GET),
      ['countedTwice', 'validRefused'],
    ],
    [
      'a field for one hop passed on',
      testCase('accept', GET),
      observe(OK, GET.replace('\r\n\r\n', '\r\nTE: trailers\r\n\r\n')),
      ['validRefused'],
    ],
    [
      'trailers passed on',
      testCase('accept', CHUNKED),
      observe(OK, CHUNKED.replace('0\r\n\r\n', '0\r\nX: y\r\n\r\n')),
      ['validRefused'],
    ],
    [
      'a field that a server should get otherwise',
      testCase('accept', GET, { server: { 'x-forwarded-for': ['127.0.0.1'] } }),
      observe(OK, GET.replace('\r\n\r\n', '\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n')),
      ['validRefused'],
    ],
    ['a bad request refused', testCase('reject', 'x', { at: 'head' }), observe(BAD, ''), []],
    [
      'a bad request served',
      testCase('reject', 'x', { at: 'head' }),
      observe(OK, GET),
      ['invalidForwarded', 'invalidForwarded'],
    ],
    [
      'a bad head passed on',
      testCase('reject', 'x', { at: 'head' }),
      observe(BAD, 'GET /', true),
      ['unsafe'],
    ],
    [
      'a bad body broken off',
      testCase('reject', 'x', { at: 'body' }),
      observe(BAD, POST.slice(0, -1), true),
      [],
    ],
    [
      'a bad body left open',
      testCase('reject', 'x', { at: 'body' }),
      observe(BAD, POST.slice(0, -1)),
      ['unsafe'],
    ],
    [
      'bytes that are no request',
      testCase('either', 'x'),
      observe(OK, 'GET / HTTP/1.1\nHost: a\r\n\r\n'),
      ['unsafe'],
    ],
    [
      'two good requests in another order',
      testCase('accept', GET + POST, { messages: 2 }),
      observe(OK, POST + GET),
      ['validRefused'],
    ],
    [
      'two good requests that travel side by side in another order',
      testCase('accept', GET + POST, { messages: 2, ordered: false }),
      observe(OK, POST + GET),
      [],
    ],
    ['two Hosts', testCase('either', 'x'), observe(OK, GET.replace('a\r\n', 'a\r\nHost: b\r\n')), ['unsafe']],
  ])('judges %s', (_what, given, observation, expected) => {
    const findings = judge(given, observation);

    expect(findings).toEqual(expected);
  });
});
