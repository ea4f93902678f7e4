import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { httpBackend, httpFrontend, type HttpProxy } from '../../test/support/http/proxy.ts';
import { connectRaw } from '../../test/support/http/raw-client.ts';
import { get, httpScenes, ok, until, type Scene } from '../../test/support/http/scene.ts';
import { freePort } from '../../test/cluster/process/free-port.ts';

const setUp = httpScenes();

async function logged({ requests }: HttpProxy, count: number): Promise<void> {
  await until(() => requests.length >= count);
}

describe('a server', () => {
  it('that cannot be reached is answered for, and why is said in the log alone', async () => {
    const port = await freePort();
    const { proxy, client } = await setUp(ok('hello'));
    proxy.serve(httpFrontend({ backends: [httpBackend([port])] }));

    await client.send(get());
    const received = await client.until((all) => all.includes('reached.\n'));

    expect(received).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(received).not.toContain('127.0.0.1');
    expect(proxy.requests).toMatchObject([
      {
        status: 503,
        server: null,
        error: expect.stringContaining(`nothing listens on 127.0.0.1 port ${port}`),
      },
    ]);
  });

  it.each([
    ['a response that is none', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx'],
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a folded line', 'HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\nContent-Length: 1\r\n\r\nx'],
    ['a bad first chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n'],
    [
      'a switch of protocols that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    ],
  ])('that gives %s is answered for by 502, and not used again', async (_what, response) => {
    const { client, upstream, proxy } = await setUp(response);

    await client.send(get());
    const received = await client.until((all) => all.includes('invalid response.\n'));
    await client.send(get());
    await logged(proxy, 2);

    expect(received).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(proxy.requests[0]).toMatchObject({ status: 502, error: 'MalformedResponse' });
    expect(upstream.sockets).toHaveLength(2);
  });

  it('that has all the connections it may have is answered for by 503, with a hint to come back', async () => {
    const { client, proxy, upstream } = await setUp((_request, socket) => void socket.pause());
    const limits = { connections: 1, queueTimeout: 1 };
    proxy.serve(httpFrontend({ backends: [httpBackend([upstream.port], { limits })] }));
    const other = await connectRaw(proxy.port);
    await other.send(get());
    await until(() => upstream.requests().length === 1);

    await client.send(get());
    const received = await client.until((all) => all.includes('too much to do.\n'));

    other.socket.destroy();
    expect(received).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n(?:.+\r\n)*Retry-After: 1\r\n/);
    expect(proxy.requests).toMatchObject([
      { status: 503, error: expect.stringContaining('limits.connections') },
    ]);
  });

  it('that closes without a response is answered for by 502', async () => {
    const { client, proxy } = await setUp((_request, socket) => void socket.end());

    await client.send(get());

    expect(await client.until((all) => all.includes('without a response'))).toMatch(/^HTTP\/1\.1 502 /);
    expect(proxy.requests).toMatchObject([{ status: 502, error: 'UpstreamClosed' }]);
  });

  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ])(
    'that ends in the middle of a response with %s never looks as if it had completed it',
    async (_how, response) => {
      const { client, proxy } = await setUp((_request, socket) => void socket.end(response));

      await client.send(get());
      const { received, how } = await client.closed();

      expect(received).toBe(response);
      expect(how).toBe('Reset');
      expect(proxy.requests).toMatchObject([{ status: 200, error: 'UpstreamAborted' }]);
    },
  );

  it('that resets a response that ends with its connection never looks as if it had completed it', async () => {
    const { client, proxy, upstream } = await setUp(
      (_request, socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nhello'),
    );

    await client.send(get());
    await client.until((all) => all.endsWith('hello\r\n'));
    upstream.sockets[0]?.resetAndDestroy();
    const { how } = await client.closed();

    expect(how).toBe('Reset');
    expect(proxy.requests).toMatchObject([{ error: 'UpstreamAborted' }]);
  });

  it('whose chunks turn bad is broken off', async () => {
    const { client, proxy, upstream } = await setUp(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
    );

    await client.send(get());
    await client.until((all) => all.endsWith('hello\r\n'));
    upstream.sockets[0]?.write('bad\n');
    const { how } = await client.closed();

    expect(how).toBe('Reset');
    expect(proxy.requests).toMatchObject([{ status: 200, error: 'MalformedBody' }]);
  });
});

describe('a server connection', () => {
  /** Lets a request run, and the connection it used become idle. */
  async function warm(scene: Scene): Promise<void> {
    await scene.client.send(get('/warm'));
    await scene.client.until((all) => all.endsWith('hello'));
    await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
  }

  it('is used for one request after the other', async () => {
    const scene = await setUp(ok('hello'));
    await warm(scene);

    await warm(scene);
    await warm(scene);

    expect(scene.upstream.requests()).toHaveLength(3);
    expect(scene.upstream.sockets).toHaveLength(1);
  });

  it.each([
    ['closes it', ok('hello', 'Connection: close\r\n')],
    ['speaks HTTP/1.0', ok('hello').replace('1.1', '1.0')],
    ['sends more than the response', `${ok('hello')}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`],
    ['gives it a second', ok('hello', 'Keep-Alive: timeout=1\r\n')],
  ])('is not used again when the server %s', async (_what, response) => {
    const scene = await setUp(response);
    await warm(scene);

    await scene.client.send(get());
    await logged(scene.proxy, 2);

    expect(scene.client.received()).not.toContain('poison');
    expect(scene.upstream.sockets).toHaveLength(2);
  });

  it('that died while it was idle is replaced, for a request that may be repeated', async () => {
    let count = 0;
    const scene = await setUp((_request, socket) => {
      count += 1;
      if (count === 2) {
        socket.resetAndDestroy();
      } else {
        socket.write(ok('hello'));
      }
    });
    await warm(scene);

    await scene.client.send(get('/again'));
    await logged(scene.proxy, 2);

    expect(scene.proxy.requests[1]).toMatchObject({ status: 200, error: null });
    expect(scene.upstream.requests().map(({ target }) => target)).toEqual(['/warm', '/again', '/again']);
  });

  it('that died under a request with a body is not replaced: the server may have acted on it', async () => {
    let count = 0;
    const scene = await setUp((_request, socket) => {
      count += 1;
      if (count === 2) {
        socket.resetAndDestroy();
      } else {
        socket.write(ok('hello'));
      }
    });
    await warm(scene);

    await scene.client.send('POST /once HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok');
    await logged(scene.proxy, 2);

    expect(scene.proxy.requests[1]).toMatchObject({ status: 502, error: 'UpstreamClosed' });
    expect(scene.upstream.requests()).toHaveLength(2);
  });

  it('is not taken over from others by the first request of a client that can not be repeated', async () => {
    const scene = await setUp(ok('hello'));
    await warm(scene);
    const second = await connectRaw(scene.proxy.port);

    await second.send('POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok');
    await second.until((all) => all.endsWith('hello'));

    expect(scene.upstream.sockets).toHaveLength(2);
    second.socket.destroy();
  });

  it.each([
    ['credentials of its client', 'Authorization: NTLM TlRMTVNTUAAD\r\n', ok('hello')],
    ['a challenge for such', '', ok('hello', 'WWW-Authenticate: Negotiate\r\n')],
  ])('that carries %s serves that client alone', async (_what, fields, response) => {
    const scene = await setUp(response);
    const other = await connectRaw(scene.proxy.port);

    await scene.client.send(get('/1', fields));
    await logged(scene.proxy, 1);
    await other.send(get('/other'));
    await logged(scene.proxy, 2);
    await scene.client.send(get('/2'));
    await logged(scene.proxy, 3);

    expect(scene.upstream.sockets).toHaveLength(2);
    expect(scene.upstream.connections()[0]?.bytes).toMatch(/^GET \/1 [^]*GET \/2 /);
    scene.client.socket.destroy();
    await once(scene.client.socket, 'close');
    other.socket.destroy();
  });
});

describe('a client', () => {
  it('that goes away while it waits takes its request with it', async () => {
    const { client, upstream, proxy } = await setUp(() => undefined);
    await client.send(get());
    await until(() => upstream.requests().length > 0);

    client.socket.resetAndDestroy();
    await logged(proxy, 1);
    await once(upstream.sockets[0] ?? client.socket, 'close');

    expect(proxy.requests).toMatchObject([{ status: 499, error: 'ClientClosed' }]);
  });

  it('that goes away while it receives takes its response with it', async () => {
    const { client, upstream, proxy } = await setUp((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n');
      const fill = (): void => void (socket.destroyed || socket.write(Buffer.alloc(65_536), fill));
      fill();
    });
    await client.send(get());
    await client.until((all) => all.length > 100_000);

    client.socket.resetAndDestroy();
    await logged(proxy, 1);

    expect(proxy.requests).toMatchObject([{ status: 200, error: 'ClientClosed' }]);
    await until(() => upstream.connections()[0]?.ended === true);
  });

  it('that stops in the middle of a body is told so, and the server sees no complete request', async () => {
    const { client, upstream } = await setUp(ok('hello'));
    await client.send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello');

    client.socket.end();
    const { received } = await client.closed();

    expect(received).toMatch(/^HTTP\/1\.1 400 /);
    expect(upstream.requests()).toEqual([]);
  });

  it('that gets its response before its body is complete keeps the response, and loses the connection', async () => {
    const { client, upstream } = await setUp();

    await client.send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nhello');
    await until(() => upstream.sockets.length > 0);
    upstream.sockets[0]?.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n');
    await client.until((all) => all.endsWith('\r\n\r\n'));
    await client.send(Buffer.alloc(100_000));
    const { received, how } = await client.closed();

    expect(received).toBe('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    expect(how).toBe('End');
    expect(upstream.requests()).toEqual([]);
  });

  it('that reads slowly slows the server down', async () => {
    let written = 0;
    const { client } = await setUp((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n');
      const fill = (): void => {
        written += 65_536;
        if (!socket.destroyed && written < 200_000_000) {
          socket.write(Buffer.alloc(65_536), fill);
        }
      };
      fill();
    });
    client.socket.pause();

    await client.send(get());
    // Everything runs in this process: what can move moves within a few turns of the event loop.
    let still = 0;
    let before = 0;
    await until(() => {
      still = written === before ? still + 1 : 0;
      before = written;
      return written > 0 && still > 100;
    });

    expect(written).toBeLessThan(100_000_000);
    client.socket.destroy();
  });
});
