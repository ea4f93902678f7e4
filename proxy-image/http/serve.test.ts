import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { valuesOf } from '../../test/support/http/messages.ts';
import { get, httpScenes, ok, until } from '../../test/support/http/scene.ts';

const setUp = httpScenes();
const GET = get();

describe('a response', () => {
  it('with a length passes as it is', async () => {
    const { client } = await setUp(ok('hello', 'X-A: 1\r\n'));

    await client.send(GET);

    expect(await client.until((received) => received.endsWith('hello'))).toBe(ok('hello', 'X-A: 1\r\n'));
  });

  it('loses what is for one hop alone', async () => {
    const fields =
      'Connection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nX-Kept: 2\r\nUpgrade: h2\r\n';
    const { client } = await setUp(ok('hello', fields));

    await client.send(GET);

    expect(await client.until((received) => received.endsWith('hello'))).toBe(ok('hello', 'X-Kept: 2\r\n'));
  });

  it('with chunks keeps them, without extensions and trailers', async () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { client } = await setUp(`${head}5;a=b\r\nhello\r\n0\r\nX-T: 1\r\n\r\n`);

    await client.send(GET);

    expect(await client.until((received) => received.endsWith('0\r\n\r\n'))).toBe(
      `${head}5\r\nhello\r\n0\r\n\r\n`,
    );
  });

  it('that ends with its connection gets chunks, and the client keeps its connection', async () => {
    const { client, upstream } = await setUp((_request, socket) =>
      socket.end('HTTP/1.1 200 OK\r\n\r\nhello'),
    );

    await client.send(GET);
    await client.until((received) => received.endsWith('0\r\n\r\n'));
    await client.send(GET);
    const received = await client.until((all) => all.split('0\r\n\r\n').length === 3);

    const one = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';
    expect(received).toBe(one + one);
    expect(upstream.sockets).toHaveLength(2);
  });

  it('of HTTP/1.0 is passed on as HTTP/1.1', async () => {
    const { client } = await setUp((_request, socket) =>
      socket.end('HTTP/1.0 200 Fine\r\nContent-Length: 2\r\n\r\nok'),
    );

    await client.send(GET);

    expect(await client.until((received) => received.endsWith('ok'))).toBe(
      'HTTP/1.1 200 Fine\r\nContent-Length: 2\r\n\r\nok',
    );
  });

  it('to HTTP/1.0 has no chunks, and ends with the connection', async () => {
    const { client } = await setUp(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    );

    await client.send('GET /a HTTP/1.0\r\nHost: a\r\n\r\n');

    expect(await client.closed()).toEqual({
      received: 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello',
      how: 'End',
    });
  });

  it.each([
    ['HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
    ['204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ])('to %s has no body, whatever its length says', async (_what, method, response) => {
    const { client, upstream } = await setUp(response);

    await client.send(GET.replace('GET', method));
    await client.until((received) => received.endsWith('\r\n\r\n'));
    await client.send(GET.replace('GET', method));
    const received = await client.until((all) => all.split('\r\n\r\n').length === 3);

    expect(received).toBe(response + response);
    expect(upstream.requests()).toHaveLength(2);
  });

  it('loses a length that a 204 must not have', async () => {
    const { client } = await setUp('HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n');

    await client.send(GET);

    expect(await client.until((received) => received.endsWith('\r\n\r\n'))).toBe(
      'HTTP/1.1 204 No Content\r\n\r\n',
    );
  });

  it('may be preceded by interim ones, of which 100 is the own business of the proxy', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n';
    const { client } = await setUp(`HTTP/1.1 100 Continue\r\n\r\n${early}${ok('hello')}`);

    await client.send(GET);

    expect(await client.until((received) => received.endsWith('hello'))).toBe(early + ok('hello'));
  });

  it('to HTTP/1.0 is not preceded by interim ones (RFC 9110 section 15.2)', async () => {
    const { client } = await setUp(`HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n${ok('hello')}`);

    await client.send('POST /a HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx');

    expect((await client.closed()).received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('that arrives byte by byte is put together again', async () => {
    const response = ok('hello', 'Connection: keep-alive\r\nX-A: 1\r\n');
    const { client } = await setUp((_request, socket) => {
      const bytes = response.split('');
      const next = (): void => {
        const byte = bytes.shift();
        if (byte !== undefined) {
          socket.write(byte, () => setImmediate(next));
        }
      };
      next();
    });

    await client.send(GET);

    expect(await client.until((received) => received.endsWith('hello'))).toBe(ok('hello', 'X-A: 1\r\n'));
  });
});

describe('a body', () => {
  /** 8 MiB that no part of equals another. */
  const BIG = Buffer.concat(
    Array.from({ length: 8 * 1_024 }, (_, index) => createHash('sha512').update(String(index)).digest()),
  );
  const DIGEST = createHash('sha256').update(BIG).digest('hex');

  it.each([
    ['by length', `Content-Length: ${BIG.length}`, (body: string) => body],
    [
      'in chunks',
      'Transfer-Encoding: chunked',
      (body: string) =>
        `10000\r\n${body.slice(0, 65_536)}\r\n${(BIG.length - 65_536).toString(16)}\r\n${body.slice(65_536)}\r\n0\r\n\r\n`,
    ],
  ])('%s arrives as it was sent, both ways', async (_how, field, frame) => {
    const { client, upstream } = await setUp(({ body }, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n`);
      socket.write(frame(body), 'latin1');
    });

    await client.send(`POST /a HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`);
    await client.send(Buffer.from(frame(BIG.toString('latin1')), 'latin1'));
    const wanted = `HTTP/1.1 200 OK\r\n${field}\r\n\r\n`.length + frame(BIG.toString('latin1')).length;
    const received = await client.until((all) => all.length >= wanted);

    const sent = upstream.requests()[0]?.body ?? '';
    expect(createHash('sha256').update(Buffer.from(sent, 'latin1')).digest('hex')).toBe(DIGEST);
    expect(received.length).toBe(wanted);
    expect(received.endsWith(frame(BIG.toString('latin1')).slice(-1_000))).toBe(true);
  });

  it('in chunks reaches the server without extensions and trailers', async () => {
    const { client, upstream } = await setUp(ok('hello'));

    await client.send(
      'POST /a HTTP/1.1\r\nHost: a\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: 1\r\nHost: evil\r\n\r\n',
    );
    await client.until((all) => all.endsWith('hello'));

    const [, body] = upstream.connections()[0]?.bytes.split('\r\n\r\n', 2) ?? [];
    expect(upstream.connections()[0]?.bytes).not.toMatch(/x-t|evil|a=b/i);
    expect(body).toBe('3\r\nabc\r\n0');
  });

  it('beyond the limit is refused before a server sees it', async () => {
    const { client, upstream, proxy } = await setUp(ok('hello'), { limits: { bodyBytes: 10 } });

    await client.send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n');
    const { received } = await client.closed();

    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(upstream.sockets).toHaveLength(0);
    expect(proxy.requests).toMatchObject([{ status: 413, error: 'BodyTooLarge' }]);
  });

  it.each([
    ['Content-Length: 10\r\n\r\n0123456789'],
    ['Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n'],
  ])('of just the limit is let through: %j', async (rest) => {
    const { client, upstream } = await setUp(ok('hello'), { limits: { bodyBytes: 10 } });

    await client.send(`POST /a HTTP/1.1\r\nHost: a\r\n${rest}`);
    await client.until((all) => all.endsWith('hello'));

    expect(upstream.requests()).toMatchObject([{ body: '0123456789' }]);
  });

  it('that grows beyond the limit is broken off', async () => {
    const { client, upstream } = await setUp(ok('hello'), { limits: { bodyBytes: 10 } });

    await client.send('POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
    await client.send('6\r\n world\r\n0\r\n\r\n');
    const { received } = await client.closed();

    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(upstream.requests()).toHaveLength(0);
  });

  it('is asked for when the client waits to be told, once a server is there', async () => {
    const { client, upstream } = await setUp(ok('done'));

    await client.send('POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
    await client.until((received) => received === 'HTTP/1.1 100 Continue\r\n\r\n');
    await client.send('hello');
    const received = await client.until((all) => all.endsWith('done'));

    expect(received).toBe(`HTTP/1.1 100 Continue\r\n\r\n${ok('done')}`);
    expect(upstream.requests()).toMatchObject([{ method: 'POST', body: 'hello' }]);
    expect(valuesOf(upstream.requests()[0]?.fields ?? [], 'expect')).toEqual([]);
  });
});

describe('a body that the client holds back until it is asked for it', () => {
  const EXPECTING = 'POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n';

  it('is never asked for where the proxy itself has the answer', async () => {
    const { client, upstream } = await setUp(ok('hello'), { limits: { bodyBytes: 4 } });

    await client.send(EXPECTING);
    const { received } = await client.closed();

    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(upstream.connections()).toEqual([]);
  });

  it('is not needed by a server that answers without it: the answer is passed on, and the connections end', async () => {
    const { client, upstream } = await setUp();

    await client.send(EXPECTING);
    await until(() => upstream.connections().length === 1);
    upstream.sockets[0]?.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    const { received } = await client.closed();

    expect(received.replace('HTTP/1.1 100 Continue\r\n\r\n', '')).toBe(
      'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
    expect(upstream.connections()).toMatchObject([{ ended: true }]);
    expect(upstream.connections()[0]?.bytes).not.toMatch(/expect:/i);
  });

  it('is given to the server that asks for it, whose 100 is not passed on a second time', async () => {
    const { client, upstream } = await setUp();

    await client.send(EXPECTING);
    await client.until((all) => all === 'HTTP/1.1 100 Continue\r\n\r\n');
    await until(() => upstream.connections().length === 1);
    upstream.sockets[0]?.write('HTTP/1.1 100 Continue\r\n\r\n');
    await client.send('12345');
    const received = await client.until((all) => all.endsWith('served'));

    expect(received.match(/ 100 Continue/g)).toHaveLength(1);
    expect(upstream.requests()).toMatchObject([{ body: '12345' }]);
  });
});

describe('requests', () => {
  it('sent at once are answered in their order', async () => {
    const { client } = await setUp(({ target }, socket) => void socket.write(ok(target)));

    await client.send(['/1', '/2', '/3'].map((path) => GET.replace('/a', path)).join(''));

    expect(await client.until((received) => received.endsWith('/3'))).toBe(ok('/1') + ok('/2') + ok('/3'));
  });

  it('are all answered when the client has closed its half', async () => {
    const { client } = await setUp(({ target }, socket) => void socket.write(ok(target)));

    await client.send(GET + GET);
    client.socket.end();

    expect(await client.closed()).toEqual({ received: ok('/a') + ok('/a'), how: 'End' });
  });

  it('after which the client wants to close are the last ones', async () => {
    const { client, upstream } = await setUp(ok('hello'));

    await client.send(`${GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}${GET}`);
    const { received, how } = await client.closed();

    expect(received).toBe('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello');
    expect(how).toBe('End');
    expect(upstream.requests()).toHaveLength(1);
  });

  it('are written to the log with the path, but not the query', async () => {
    const { client, proxy, upstream } = await setUp(ok('hello'));

    await client.send(
      'POST /a/b?secret=1 HTTP/1.1\r\nHost: TWC.example.com:8443\r\nContent-Length: 3\r\n\r\nabc',
    );
    await client.until((received) => received.endsWith('hello'));

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

  it('are counted', async () => {
    const { client, proxy } = await setUp(ok('hello'));

    await client.send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc');
    await client.until((received) => received.endsWith('hello'));

    const series = Object.fromEntries(
      proxy.registry
        .snapshot()
        .flatMap((family) => (family.type === 'counter' ? [[family.name, family.series]] : [])),
    );
    expect(series).toMatchObject({
      teamwork_proxy_http_requests_total: [{ labels: ['web', 'servers', 'POST', '2xx'], value: 1 }],
      teamwork_proxy_http_body_bytes_total: expect.arrayContaining([
        { labels: ['web', 'servers', 'in'], value: 3 },
        { labels: ['web', 'servers', 'out'], value: 5 },
      ]),
    });
  });

  it('are redirected with their query', async () => {
    const redirects = [{ from: '/', to: '/webapp', status: 302 }] as const;
    const { client, upstream } = await setUp(ok('hello'), { redirects });

    await client.send('GET /?a=1 HTTP/1.1\r\nHost: a\r\n\r\n');
    const received = await client.until((all) => all.endsWith('\r\n\r\n'));

    expect(received).toMatch(/^HTTP\/1\.1 302 Found\r\n/);
    expect(received).toContain('\r\nLocation: /webapp?a=1\r\n');
    expect(upstream.requests()).toEqual([]);
  });

  it('that nobody serves are answered, and the connection goes on', async () => {
    const { client } = await setUp(ok('hello'), { hostnames: ['twc.example.com'] });

    await client.send(`GET /a HTTP/1.1\r\nHost: other\r\n\r\n${GET}`);
    const received = await client.until((all) => all.endsWith('hello'));

    expect(received).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n/);
    expect(received).toContain('This host name is not served here.');
  });
});
