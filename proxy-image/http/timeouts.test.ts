import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { httpBackend, httpFrontend } from '../../test/support/http/proxy.ts';
import { get, httpScenes, ok, until } from '../../test/support/http/scene.ts';
import { connectTcp, readToEnd } from '../../test/support/tcp.ts';

const setUp = httpScenes();

/** Shorter than one tick of the clock that is looked at. */
const SHORT = 1;

describe('a client', () => {
  it('that says nothing is left without a word', async () => {
    const { client, proxy } = await setUp(ok('hello'), { timeouts: { header: SHORT } });

    const { received, how } = await client.closed();

    expect({ received, how }).toEqual({ received: '', how: 'End' });
    expect(proxy.requests).toEqual([]);
  });

  it('that does not complete its head is told so', async () => {
    const { client, proxy } = await setUp(ok('hello'), { timeouts: { header: SHORT } });

    await client.send('GET / HTTP/1.1\r\nHost: a\r\n');
    const { received } = await client.closed();

    expect(received).toMatch(/^HTTP\/1\.1 408 /);
    expect(proxy.requests).toMatchObject([{ status: 408, error: 'HeaderTimeout' }]);
  });

  it('that does not complete its body is told so, and the server sees no complete request', async () => {
    const { client, proxy, upstream } = await setUp(ok('hello'), { timeouts: { request: SHORT } });

    await client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello');
    const { received } = await client.closed();

    expect(received).toMatch(/^HTTP\/1\.1 408 /);
    expect(proxy.requests).toMatchObject([{ status: 408, error: 'BodyTimeout' }]);
    expect(upstream.requests()).toEqual([]);
  });

  it('that sends no further request is left without a word', async () => {
    const { client } = await setUp(ok('hello'), { timeouts: { keepAlive: SHORT } });

    await client.send(get());

    expect(await client.closed()).toEqual({ received: ok('hello'), how: 'End' });
  });

  it('that reads its last response slowly gets all of it', async () => {
    const { proxy, upstream } = await setUp((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
      sendUntilHeld(socket, () => [...proxy.clients].at(-1));
    });
    const slow = await connectTcp(proxy.port);
    slow.pause();
    slow.write(get('/', 'Connection: close\r\n'));
    await until(() => upstream.sockets[0]?.writableFinished === true);
    const [socket] = [...proxy.clients].slice(-1);
    await until(() => socket?.writableEnded === true);

    // Longer than a client may take to close when it has got everything.
    const begun = performance.now();
    await until(() => socket?.destroyed === true || performance.now() - begun > 4_000);
    const received = await readToEnd(slow);

    expect(received.toString('latin1', received.length - 5)).toBe('0\r\n\r\n');
    slow.destroy();
  }, 30_000);

  it('that does not close after its last response is cut off', async () => {
    const { proxy, client } = await setUp(ok('hello'));
    client.socket.destroy();
    const stubborn = await connectTcp(proxy.port);

    stubborn.write('x\r\n\r\n');
    const received = await readToEnd(stubborn);
    await until(() => proxy.clients.size === 0);

    expect(received.toString()).toMatch(/^HTTP\/1\.1 400 /);
    stubborn.destroy();
  });
});

describe('a server', () => {
  it('that does not respond is answered for by 504', async () => {
    const { client, proxy } = await setUp(() => undefined, { timeouts: { request: SHORT } });

    await client.send(get());
    const received = await client.until((all) => all.includes('in time.\n'));

    expect(received).toMatch(/^HTTP\/1\.1 504 /);
    expect(proxy.requests).toMatchObject([{ status: 504, error: 'ResponseTimeout' }]);
  });

  it('that stops in the middle of a response never looks as if it had completed it', async () => {
    const { client, proxy } = await setUp('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello', {
      timeouts: { request: SHORT },
    });

    await client.send(get());
    const { how } = await client.closed();

    expect(how).toBe('Reset');
    expect(proxy.requests).toMatchObject([{ status: 200, error: 'UpstreamStalled' }]);
  });
});

describe('draining', () => {
  it('ends idle connections, and no others', async () => {
    const { client, proxy } = await setUp(ok('hello'));
    await client.send(get());
    await client.until((all) => all.endsWith('hello'));

    proxy.drain();

    expect(await client.closed()).toEqual({ received: ok('hello'), how: 'End' });
  });

  it('lets a new client have its response, which says that it is the last one', async () => {
    const { client, proxy } = await setUp(ok('hello'));
    proxy.drain();

    await client.send(get());
    const { received, how } = await client.closed();

    expect(received).toBe('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello');
    expect(how).toBe('End');
  });
});

describe('a new generation', () => {
  it('serves the next request on the same connection', async () => {
    const { client, proxy, upstream } = await setUp(ok('hello'));
    await client.send(get('/old'));
    await client.until((all) => all.endsWith('hello'));

    proxy.serve(
      httpFrontend({
        frontend: { redirects: [{ from: '/old', to: '/new', status: 308 }] },
        backends: [httpBackend([upstream.port])],
      }),
    );
    await client.send(get('/old'));
    const received = await client.until((all) => all.includes('308'));

    expect(received).toContain('Location: /new\r\n');
  });

  it('leaves the request that is under way to the old one', async () => {
    const { client, proxy, upstream } = await setUp(() => undefined);
    await client.send(get());
    await until(() => upstream.requests().length === 1);

    proxy.serve(httpFrontend({ frontend: { routes: [] }, backends: [] }));
    upstream.sockets[0]?.write(ok('hello'));

    expect(await client.until((all) => all.endsWith('hello'))).toContain('hello');
  });

  it('without the frontend ends its connections after the response', async () => {
    const { client, proxy, upstream } = await setUp(() => undefined);
    await client.send(get());
    await until(() => upstream.requests().length === 1);

    proxy.serve(null);
    upstream.sockets[0]?.write(ok('hello'));
    const { received, how } = await client.closed();

    expect(received).toContain('Connection: close\r\n');
    expect(how).toBe('End');
  });
});

/**
 * Sends until something waits for the client, and ends; no more at a time than the proxy takes in while it waits, lest it stop reading
 * before the end.
 */
function sendUntilHeld(socket: Socket, client: () => Socket | undefined): void {
  const chunk = Buffer.alloc(16_384, 'x');
  let sent = 0;
  const timer = setInterval(() => {
    const { writableLength = 0, bytesWritten = 0 } = client() ?? {};
    if (writableLength > 0) {
      clearInterval(timer);
      socket.end();
    } else if (bytesWritten >= sent) {
      socket.write(chunk);
      sent += chunk.length;
    }
  }, 0);
}
