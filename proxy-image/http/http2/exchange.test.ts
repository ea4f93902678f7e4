import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { valuesOf } from '../../../test/support/http/messages.ts';
import { httpBackend, httpFrontend } from '../../../test/support/http/proxy.ts';
import { ok } from '../../../test/support/http/scene.ts';
import { data, Flags, GET, headers, POST, reset, windowUpdate } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { freePort } from '../../../test/support/tcp.ts';
import { ErrorCode } from './codec/error-codes.ts';

const setUp = http2Scenes();
const { EndHeaders, EndStream } = Flags;

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

  it.each([
    ['a redirect', { redirects: [{ from: '/a', to: '/webapp', status: 302 }] } as const, { status: 302 }],
    ['no route', { backend: undefined, routes: [{ paths: ['/b'], backend: 'servers' }] }, { status: 404 }],
  ])('for %s comes from the proxy', async (_what, frontend, expected) => {
    const { client, upstream } = await setUp({ frontend });

    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({ ...expected, ended: true });
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

describe('a body', () => {
  /** 4 MiB that no part of equals another. */
  const BIG = Buffer.concat(
    Array.from({ length: 64 * 1_024 }, (_, index) => createHash('sha512').update(String(index)).digest()),
  );
  const DIGEST = createHash('sha256').update(BIG).digest('hex');
  const digestOf = (body: string): string =>
    createHash('sha256').update(Buffer.from(body, 'latin1')).digest('hex');

  it('arrives at the client as it was sent, at the pace of its windows', async () => {
    const part = BIG.subarray(0, 1_048_576);
    const { client } = await setUp({
      answer: (_request, socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${part.length}\r\n\r\n`);
        socket.write(part);
      },
    });

    await client.send(headers(1));
    for (let given = 65_535; given < part.length; given += 65_535) {
      await client.raw.until(() => client.soFar(1).body.length === given);
      await client.send(windowUpdate(0, 65_535), windowUpdate(1, 65_535));
    }
    const { body, ended } = await client.response(1);

    expect(ended).toBe(true);
    expect(digestOf(body)).toBe(createHash('sha256').update(part).digest('hex'));
  });

  it('arrives at the server as it was sent, at the pace of its windows', async () => {
    const { client, upstream } = await setUp({ answer: ok('done') });
    let credit = 65_535;
    let seen = 0;

    await client.send(headers(1, [...POST, ['content-length', String(BIG.length)]], EndHeaders));
    for (let at = 0; at < BIG.length;) {
      const length = Math.min(16_384, BIG.length - at, credit);
      if (length > 0) {
        await client.send(data(1, BIG.subarray(at, at + length), at + length === BIG.length ? EndStream : 0));
        at += length;
        credit -= length;
      } else {
        await client.raw.until((received) => received.length > seen);
      }
      const updates = client.frames().filter(({ type, streamId }) => type === 8 && streamId === 1);
      seen = client.raw.received().length;
      credit = 262_144 + updates.reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0) - at;
    }
    await client.response(1);

    expect(digestOf(upstream.requests()[0]?.body ?? '')).toBe(DIGEST);
  });

  it('is asked for when the client waits to be told', async () => {
    const { client, upstream } = await setUp({ answer: ok('done') });

    await client.send(headers(1, [...POST, ['expect', '100-continue'], ['content-length', '5']], EndHeaders));
    await client.raw.until(() => client.soFar(1).interim.length === 1);
    await client.send(data(1, 'hello', EndStream));

    expect(await client.response(1)).toMatchObject({ status: 200, interim: [100], body: 'done' });
    expect(valuesOf(upstream.requests()[0]?.fields ?? [], 'expect')).toEqual([]);
  });

  it('that grows beyond the limit is broken off', async () => {
    const { client, upstream } = await setUp({ frontend: { limits: { bodyBytes: 10 } } });

    await client.send(headers(1, POST, EndHeaders), data(1, 'hello world', EndStream));

    expect(await client.response(1)).toMatchObject({ status: 413, ended: true });
    expect(upstream.requests()).toHaveLength(0);
  });

  it('is read on for a while when its response comes early, and its server connection is not used again', async () => {
    const early = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno';
    const { client, upstream } = await setUp();
    await client.send(headers(1, POST, EndHeaders), data(1, 'abc'));
    await until(() => upstream.sockets.length === 1);

    upstream.sockets[0]?.write(early);
    await client.raw.until(() => client.soFar(1).ended);
    await client.send(data(1, 'def'), data(1, 'ghi', EndStream), headers(3));

    expect(await client.response(3)).toMatchObject({ status: 200 });
    expect(client.soFar(1)).toMatchObject({ status: 403, body: 'no', ended: true, reset: null });
    expect(upstream.sockets).toHaveLength(2);
  });

  it('that does not end behind an early response is stopped by NO_ERROR (RFC 9113 section 8.1)', async () => {
    const { client, upstream } = await setUp();
    await client.send(headers(1, POST, EndHeaders), data(1, 'abc'));
    await until(() => upstream.sockets.length === 1);
    upstream.sockets[0]?.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    await client.raw.until(() => client.soFar(1).ended);

    await client.send(...Array.from({ length: 15 }, () => data(1, Buffer.alloc(16_384))));
    await client.send(data(1, Buffer.alloc(16_381)));
    await client.raw.until(() => client.soFar(1).reset !== null);

    expect(client.soFar(1)).toMatchObject({ status: 403, ended: true, reset: ErrorCode.NoError });
  });
});

describe('a client that resets a stream', () => {
  it('ends its request, whose server connection is not used again', async () => {
    const { client, upstream, proxy } = await setUp({ answer: () => undefined });
    await client.send(headers(1));
    await until(() => upstream.requests().length === 1);

    await client.send(reset(1));
    await until(() => upstream.connections()[0]?.ended === true);

    expect(proxy.requests).toMatchObject([{ status: 499, error: 'ClientClosed' }]);
  });

  it('in the middle of a response ends that', async () => {
    const { client, upstream, proxy } = await setUp({
      answer: (_request, socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'),
    });
    await client.send(headers(1));
    await client.raw.until(() => client.soFar(1).body === 'hello');

    await client.send(reset(1));
    await until(() => upstream.connections()[0]?.ended === true);

    expect(proxy.requests).toMatchObject([{ status: 200, error: 'ClientClosed', bytesOut: 5 }]);
  });

  it('or goes away ends all its requests', async () => {
    const { client, upstream, proxy } = await setUp({ answer: () => undefined });
    await client.send(headers(1), headers(3));
    await until(() => upstream.requests().length === 2);

    client.raw.socket.destroy();
    await until(() => upstream.connections().every(({ ended }) => ended));

    expect(proxy.requests.map(({ error }) => error)).toEqual(['ClientClosed', 'ClientClosed']);
  });
});

describe('requests', () => {
  it('are logged and counted', async () => {
    const { client, proxy, upstream } = await setUp({ answer: ok('hello') });

    await client.send(
      headers(1, [...POST.slice(0, 3), [':path', '/a/b?secret=1'], ['content-length', '3']], EndHeaders),
    );
    await client.send(data(1, 'abc', EndStream));
    await client.response(1);

    expect(proxy.requests).toEqual([
      {
        kind: 'request',
        frontend: 'web',
        source: '127.0.0.1',
        backend: 'servers',
        server: `127.0.0.1:${upstream.port}`,
        durationMs: expect.any(Number),
        bytesIn: 3,
        bytesOut: 5,
        error: null,
        method: 'POST',
        host: 'twc.example.com',
        path: '/a/b',
        status: 200,
      },
    ]);
  });

  it('go on side by side when the client gives no window to one of them', async () => {
    const big = 'x'.repeat(1_000_000);
    const { client, connect } = await setUp({
      answer: ({ target }, socket) => void socket.write(target === '/a' ? ok(big) : ok('small')),
    });
    const other = await connect();
    await client.send(windowUpdate(0, 10_000_000), headers(1));
    await client.raw.until(() => client.soFar(1).body.length === 65_535);

    await other.send(headers(1, [...GET.slice(0, 3), [':path', '/b']]));
    await client.send(headers(3, [...GET.slice(0, 3), [':path', '/b']]));

    expect(await other.response(1)).toMatchObject({ status: 200, body: 'small' });
    expect(await client.response(3)).toMatchObject({ status: 200, body: 'small' });
    expect(client.soFar(1)).toMatchObject({ ended: false, reset: null });
  });

  it('take turns when the window of the connection is short', async () => {
    const big = 'x'.repeat(100_000);
    const { client, upstream } = await setUp({ answer: ok(big) });
    await client.send(headers(1), headers(3), headers(5));
    await until(() => upstream.requests().length === 3);
    await client.raw.until(
      () => [1, 3, 5].reduce((sum, id) => sum + client.soFar(id).body.length, 0) === 65_535,
    );
    await turn();
    await turn();
    const before = [1, 3, 5].map((id) => client.soFar(id).body.length);

    await client.send(windowUpdate(1, 100_000), windowUpdate(3, 100_000), windowUpdate(5, 100_000));
    await client.send(windowUpdate(0, 3 * 16_384));
    await client.raw.until(
      () => [1, 3, 5].reduce((sum, id) => sum + client.soFar(id).body.length, 0) === 65_535 + 3 * 16_384,
    );

    const after = [1, 3, 5].map((id, index) => client.soFar(id).body.length - (before[index] ?? 0));
    expect(after).toEqual([16_384, 16_384, 16_384]);
  });
});
