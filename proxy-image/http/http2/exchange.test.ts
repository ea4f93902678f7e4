import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { valuesOf } from '../../../test/support/http/messages.ts';
import { httpBackend, httpFrontend } from '../../../test/support/http/proxy.ts';
import { ok } from '../../../test/support/http/scene.ts';
import { GET, headers } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { freePort } from '../../../test/cluster/process/free-port.ts';
import { ErrorCode } from './codec/error-codes.ts';

const setUp = http2Scenes();

/** Resolves when the condition is fulfilled. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await turn();
  }
}

describe('a response', () => {
  it('with a length passes with lower-case names', async () => {
    const { client } = await setUp({ answer: ok('hello', 'X-A: 1\r\n') });

    await client.send(headers(1));

    expect(await client.response(1)).toEqual({
      status: 200,
      fields: [
        [':status', '200'],
        ['x-a', '1'],
        ['content-length', '5'],
      ],
      interim: [],
      body: 'hello',
      ended: true,
      reset: null,
    });
  });

  it('loses what is for one hop alone (RFC 9113 section 8.2.2)', async () => {
    const fields =
      'Connection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nX-Kept: 2\r\nUpgrade: h2\r\nProxy-Connection: close\r\n';
    const { client } = await setUp({ answer: ok('hello', fields) });

    await client.send(headers(1));
    const response = await client.response(1);

    expect(response.fields.map(([name]) => name)).toEqual([':status', 'x-kept', 'content-length']);
  });

  it.each([
    [
      'with chunks',
      'Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n',
      false,
    ],
    ['that ends with its connection', '\r\nhello world', true],
  ])('%s becomes DATA', async (_how, rest, ends) => {
    const { client } = await setUp({
      answer: (_request, socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${rest}`);
        if (ends) {
          socket.end();
        }
      },
    });

    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({
      fields: [[':status', '200']],
      body: 'hello world',
      ended: true,
      reset: null,
    });
  });

  it.each([
    ['HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', ['5']],
    ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', ['5']],
    ['204', 'GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n', []],
    ['an empty one', 'GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', ['0']],
  ])('to %s ends with its HEADERS', async (_what, method, answer, lengths) => {
    const { client, upstream } = await setUp({ answer });

    await client.send(headers(1, [[':method', method], ...GET.slice(1)]));
    const response = await client.response(1);
    await client.send(headers(3, [[':method', method], ...GET.slice(1)]));
    await client.response(3);

    expect(response).toMatchObject({ body: '', ended: true, reset: null });
    expect(valuesOf(response.fields, 'content-length')).toEqual(lengths);
    expect(client.frames().filter(({ type, streamId }) => type === 0 && streamId === 1)).toEqual([]);
    expect(upstream.sockets).toHaveLength(1);
  });

  it('may be preceded by interim ones, of which 100 is the own business of the proxy', async () => {
    const early = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n';
    const { client } = await setUp({ answer: early + ok('hello') });

    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({ status: 200, interim: [103], body: 'hello' });
  });

  it('that arrives byte by byte is put together again', async () => {
    const { client } = await setUp({
      answer: (_request, socket) => {
        const bytes = ok('hello', 'Connection: keep-alive\r\nX-A: 1\r\n').split('');
        const next = (): void => {
          const byte = bytes.shift();
          if (byte !== undefined) {
            socket.write(byte, () => setImmediate(next));
          }
        };
        next();
      },
    });

    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({ status: 200, body: 'hello', ended: true });
  });

  it('with a head longer than a frame is continued (RFC 9113 section 6.10)', async () => {
    const value = 'v'.repeat(20_000);
    const { client } = await setUp({ answer: ok('hello', `X-Long: ${value}\r\n`) });

    await client.send(headers(1));
    const response = await client.response(1);

    expect(valuesOf(response.fields, 'x-long')).toEqual([value]);
    expect(response.body).toBe('hello');
  });

  it('that is a redirect comes from the proxy', async () => {
    const redirects = [{ from: '/a', to: '/webapp', status: 302 }] as const;
    const { client, upstream } = await setUp({ frontend: { redirects } });

    await client.send(headers(1));
    const response = await client.response(1);

    expect(response).toMatchObject({ status: 302, body: '', ended: true });
    expect(valuesOf(response.fields, 'location')).toEqual(['/webapp']);
    expect(upstream.sockets).toHaveLength(0);
  });

  it('of the proxy to HEAD has no body', async () => {
    const { client } = await setUp({ frontend: { hostnames: ['other'] } });

    await client.send(headers(1, [[':method', 'HEAD'], ...GET.slice(1)]));

    expect(await client.response(1)).toMatchObject({ status: 421, body: '', ended: true });
  });
});

describe('a server', () => {
  it('that cannot be reached is answered for', async () => {
    const port = await freePort();
    const { client, proxy } = await setUp();
    proxy.serve(httpFrontend({ backends: [httpBackend([port])] }));

    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({ status: 503, ended: true });
    expect(proxy.requests).toMatchObject([{ status: 503, error: expect.stringContaining('ConnectFailed') }]);
  });

  it.each([
    ['a response that is none', 'SSH-2.0-OpenSSH\r\n\r\n'],
    [
      'a switch of protocols',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    ],
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('that gives %s is answered for by 502, and not used again', async (_what, answer) => {
    const { client, upstream } = await setUp({ answer });

    await client.send(headers(1));
    const response = await client.response(1);
    await client.send(headers(3));
    await client.response(3);

    expect(response).toMatchObject({ status: 502, ended: true });
    expect(upstream.sockets).toHaveLength(2);
  });

  it.each<readonly [how: string, field: string, body: string, more: string | null, fault: string]>([
    ['a length', 'Content-Length: 10', 'hello', null, 'UpstreamAborted'],
    ['chunks', 'Transfer-Encoding: chunked', '5\r\nhello\r\n', null, 'UpstreamAborted'],
    ['chunks that turn bad', 'Transfer-Encoding: chunked', '5\r\nhello\r\n', 'x', 'MalformedBody'],
  ])(
    'that breaks off in a response with %s never looks as if it had completed it',
    async (_how, field, body, more, fault) => {
      const { client, proxy, upstream } = await setUp({
        answer: ({ target }, socket) =>
          void socket.write(target === '/a' ? `HTTP/1.1 200 OK\r\n${field}\r\n\r\n${body}` : ok('other')),
      });
      await client.send(headers(1));
      await client.raw.until(() => client.soFar(1).body === 'hello');

      if (more === null) {
        upstream.sockets[0]?.end();
      } else {
        upstream.sockets[0]?.write(more);
      }
      const response = await client.response(1);
      await client.send(headers(3, [...GET.slice(0, 3), [':path', '/b']]));

      expect(response).toMatchObject({ body: 'hello', ended: false, reset: ErrorCode.InternalError });
      expect(await client.response(3)).toMatchObject({ status: 200, body: 'other' });
      expect(proxy.requests[0]).toMatchObject({ status: 200, error: fault });
    },
  );

  it('is asked for on one connection after the other, and at once on several', async () => {
    const waiting: (() => void)[] = [];
    const { client, upstream } = await setUp({
      answer: (_request, socket) => void waiting.push(() => socket.write(ok('hello'))),
    });

    await client.send(headers(1), headers(3), headers(5));
    await until(() => waiting.length === 3);
    for (const answer of waiting.splice(0).toReversed()) {
      answer();
    }
    await client.response(1);
    await client.response(3);
    await client.response(5);
    await turn();
    await turn();
    await client.send(headers(7));
    await until(() => waiting.length === 1);
    waiting[0]?.();
    await client.response(7);

    expect(upstream.sockets).toHaveLength(3);
  });
});
