import { describe, expect, it } from '@jest/globals';
import { parseRequests } from '../support/http/messages.ts';
import type { Case } from './corpus.ts';
import { judge, type Finding, type Observation } from './judge.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nserved';
const BAD = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n';

function observe(response: string, bytes: string, ended = false): Observation {
  return { response, requests: parseRequests(bytes).requests, connections: [{ bytes, ended }] };
}

function testCase(must: Case['must'], raw: string, parts: Partial<Case> = {}): Case {
  return {
    id: 'x',
    must,
    messages: must === 'reject' ? 0 : 1,
    why: '',
    raw: Buffer.from(raw, 'latin1'),
    ...parts,
  };
}

describe('judge', () => {
  it.each<[string, Case, Observation, readonly Finding[]]>([
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
    ['two Hosts', testCase('either', 'x'), observe(OK, GET.replace('a\r\n', 'a\r\nHost: b\r\n')), ['unsafe']],
  ])('judges %s', (_what, given, observation, expected) => {
    const findings = judge(given, observation);

    expect(findings).toEqual(expected);
  });
});
