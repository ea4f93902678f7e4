import { describe, expect, it } from '@jest/globals';
import { ok } from '../../../test/support/http/scene.ts';
import { GET, headers } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { ErrorCode } from './codec/error-codes.ts';
import { needsHttp1 } from './connection-auth.ts';

describe('HTTP/1.1 is needed for', () => {
  it.each([
    ['NTLM'],
    ['ntlm'],
    ['Negotiate', 'NTLM'],
    ['Negotiate, NTLM'],
    ['NTLM TlRMTVNTUAACAAAA'],
    ['Negotiate oYG2MIGzoAMKAQE='],
    ['Negotiate oYG2MIGzoAMKAQE=', 'Basic realm="x"'],
    ['Basic realm="x", NTLM TlRMTVNTUAACAAAA=='],
  ])('%j, %j', (...values) => {
    expect(needsHttp1(values)).toBe(true);
  });
});

describe('HTTP/2 will do for', () => {
  it.each([
    ['Basic realm="x"'],
    ['Negotiate'],
    ['NTLM', 'Basic realm="x"'],
    ['Negotiate, NTLM, Basic realm="x", charset="UTF-8"'],
    ['Basic realm="x, NTLM"'],
    ['Bearer error="invalid_token", error_description="NTLM"'],
    ['Basic realm="unfinished, NTLM'],
    [''],
  ])('%j, %j', (...values) => {
    expect(needsHttp1(values)).toBe(false);
  });
});

describe('a 401', () => {
  const setUp = http2Scenes();

  /** What a server says that wants NTLM. */
  const unauthorized = (challenge: string): string =>
    `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ${challenge}\r\nContent-Length: 5\r\n\r\nsorry`;

  const get = (path: string) => [...GET.filter(([name]) => name !== ':path'), [':path', path]] as const;

  it('that only HTTP/1.1 can answer resets its stream, and says so (RFC 9113 section 7)', async () => {
    const { client, proxy, upstream } = await setUp({
      answer: ({ target }, socket) =>
        void socket.write(target === '/ntlm' ? unauthorized('NTLM') : ok('hello')),
    });

    await client.send(headers(1, get('/ntlm')));
    const refused = await client.response(1);
    await client.send(headers(3, get('/other')));
    const other = await client.response(3);

    expect(refused).toMatchObject({ status: 0, fields: [], reset: ErrorCode.Http11Required });
    expect(other).toMatchObject({ status: 200, body: 'hello', reset: null });
    expect(proxy.requests).toMatchObject([{ status: 401, error: 'Http11Required' }, { status: 200 }]);
    expect(upstream.connections()).toHaveLength(2);
  });

  it('that leaves a choice is passed on', async () => {
    const { client } = await setUp({ answer: unauthorized('Negotiate') });

    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({ status: 401, body: 'sorry', reset: null });
  });
});
