import type { Socket } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import { get, httpScenes, ok, until, type Answer } from '../../test/support/http/scene.ts';
import { connectTcp } from '../../test/support/tcp.ts';

jest.setTimeout(20_000);

const setUp = httpScenes();

const TOLERANCE = 400;
const frontend = { limits: { minimumRate: { bytesPerSecond: 1_000, tolerance: TOLERANCE } } };

const POST = 'POST /a HTTP/1.1\r\nHost: twc.example.com\r\nContent-Length: 100000\r\n\r\n';
const EVENTS = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';

/** Long enough for a client that is thought too slow to be cut off, on the clock by which that happens. */
async function muchLonger(): Promise<void> {
  const end = performance.now() + 3 * TOLERANCE;
  await until(() => performance.now() > end);
}

/** Sends pieces until the socket is closed. */
function repeat(socket: Socket, piece: string, every: number): void {
  const timer = setInterval(() => socket.write(piece), every);
  socket.on('close', () => clearInterval(timer));
}

/** Reads nothing, and answers when it is told to. */
function stubborn(): { readonly answer: Answer; relent(): void } {
  let release = (): void => undefined;
  return {
    answer: (_request, socket) => {
      release = () => void socket.write(ok('late'));
    },
    relent: () => release(),
  };
}

describe('a client that is too slow', () => {
  it('at sending a body is told so, and its server sees no complete request', async () => {
    const { client, proxy, upstream } = await setUp(ok('hello'), frontend);

    await client.send(POST);
    repeat(client.socket, 'x', 50);
    const { received } = await client.closed();

    expect(received).toMatch(/^HTTP\/1\.1 408 /);
    expect(proxy.requests).toMatchObject([
      { status: 408, error: 'BodyTimeout: slower than 1000 bytes a second for longer than 0.4 s' },
    ]);
    expect(upstream.requests()).toEqual([]);
  });

  it('at taking a response is cut off', async () => {
    const { proxy } = await setUp((_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(2 ** 24)}`);
    }, frontend);
    const slow = await connectTcp(proxy.port);
    slow.pause();

    slow.write(get());
    await until(() => proxy.requests.length > 0);

    expect(proxy.requests).toMatchObject([{ status: 200, error: 'ClientStalled' }]);
    await until(() => proxy.clients.size === 1);
    slow.destroy();
  });

  it('at taking the rest of its last response is cut off, too', async () => {
    const { proxy, upstream } = await setUp((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = (): void => {
        if ([...proxy.clients].some(({ writableNeedDrain }) => writableNeedDrain)) {
          socket.end();
        } else {
          socket.write('x'.repeat(50_000), () => setImmediate(more));
        }
      };
      more();
    }, frontend);
    const slow = await connectTcp(proxy.port);
    slow.pause();
    slow.write(get('/a', 'Connection: close\r\n'));

    await until(() => upstream.sockets[0]?.writableFinished === true);
    await until(() => proxy.clients.size === 1);

    expect(proxy.clients.size).toBe(1);
    slow.destroy();
  });
});

describe('a client is not too slow', () => {
  it('when it keeps the rate', async () => {
    const { client, proxy } = await setUp(ok('hello'), frontend);

    await client.send(POST);
    repeat(client.socket, 'x'.repeat(2_500), 50);
    await client.until((all) => all.endsWith('hello'));

    expect(proxy.requests).toMatchObject([{ status: 200, error: null }]);
  });

  it('when the server does not take the body', async () => {
    const { client, proxy, upstream } = await setUp(ok('hello'), frontend);
    const size = 2 ** 25;

    await client.send(POST.replace('100000', String(size)));
    await until(() => upstream.connections().length === 1);
    upstream.sockets[0]?.pause();
    client.socket.write(Buffer.alloc(size, 'x'));
    await muchLonger();

    expect(client.socket.writableLength).toBeGreaterThan(0);
    expect(client.received()).toBe('');
    expect(proxy.requests).toEqual([]);
    expect(proxy.clients.size).toBe(1);
  });

  it('when the server is slow to answer', async () => {
    const server = stubborn();
    const { client, proxy, upstream } = await setUp(server.answer, frontend);

    await client.send(get());
    await until(() => upstream.requests().length === 1);
    await muchLonger();
    server.relent();

    await client.until((all) => all.endsWith('late'));
    expect(proxy.requests).toMatchObject([{ status: 200, error: null }]);
  });

  it('when there is nothing to take for a while', async () => {
    const { client, upstream } = await setUp(`${EVENTS}data: 1\n\n`, frontend);

    await client.send(get());
    await client.until((all) => all.includes('data: 1'));
    await muchLonger();
    upstream.sockets[0]?.write('data: 2\n\n');

    expect(await client.until((all) => all.includes('data: 2'))).toContain('data: 1');
  });

  it('when the server has begun to answer while it is still sending', async () => {
    const { client, upstream } = await setUp((_request, socket) => void socket, frontend);

    await client.send(POST);
    await until(() => upstream.connections()[0]?.bytes.includes('\r\n\r\n') === true);
    upstream.sockets[0]?.write(`${EVENTS}data: 1\n\n`);
    await client.until((all) => all.includes('data: 1'));
    await muchLonger();
    upstream.sockets[0]?.write('data: 2\n\n');

    expect(await client.until((all) => all.includes('data: 2'))).toContain('data: 1');
  });

  it('when it has switched protocols', async () => {
    const { client, upstream } = await setUp(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      frontend,
    );

    await client.send(get('/a', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'));
    await client.until((all) => all.endsWith('\r\n\r\n'));
    await muchLonger();
    upstream.sockets[0]?.write('still here');

    expect(await client.until((all) => all.endsWith('still here'))).toContain(' 101 ');
  });

  it('where there is no minimum', async () => {
    const none = { limits: { minimumRate: { bytesPerSecond: 0, tolerance: 1 } } };
    const { client, proxy } = await setUp(ok('hello'), none);

    await client.send(POST.replace('100000', '5'));
    await client.send('hell');
    await muchLonger();
    await client.send('o');

    await client.until((all) => all.endsWith('hello'));
    expect(proxy.requests).toMatchObject([{ status: 200, error: null }]);
  });
});
