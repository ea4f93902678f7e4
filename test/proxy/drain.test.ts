import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { connectTcp, howItEnds, readToEnd, readUntil, roundTrip, startEchoServer } from '../support/tcp.ts';
import type { TcpServer } from '../support/tcp.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

let proxy: ProxyProcess | null = null;
let server: TcpServer;
let port: number;
const clients: Socket[] = [];

beforeEach(async () => {
  server = await startEchoServer();
  port = await freePort();
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  await proxy?.remove();
  await server.close();
});

async function start(...args: readonly string[]): Promise<ProxyProcess> {
  const config = proxyConfig({
    frontends: [frontendConfig({ port })],
    backends: [backendConfig([server.port])],
  });
  proxy = await startProxy({ config, args: ['--workers=2', ...args] });
  return proxy;
}

async function connect(): Promise<Socket> {
  const client = await connectTcp(port);
  clients.push(client);
  await roundTrip(client, 'hello');
  return client;
}

async function refusesConnections(): Promise<true | undefined> {
  try {
    (await connectTcp(port)).destroy();
    return undefined;
  } catch {
    return true;
  }
}

describe('SIGTERM', () => {
  it('makes it unready at once, accepts for a while, serves what is open, and exits with 0 when that has ended', async () => {
    const running = await start('--drain-delay=1s');
    const established = await connect();

    running.kill('SIGTERM');
    await running.until('the phase Draining', ({ phase }) => phase === 'Draining');
    const ready = await running.get('/readyz');
    const late = await connect();
    await eventually('a port that is closed', refusesConnections);

    expect(ready).toEqual({ code: 503, body: 'draining\n' });
    expect((await running.get('/healthz')).code).toBe(200);
    expect(await running.status()).toMatchObject({ frontends: [{ state: 'Draining', connections: 2 }] });
    expect(await roundTrip(established, 'still')).toBe('still');
    established.end();
    late.end();
    expect(await running.exited).toBe(0);
    expect(running.access.filter(({ bytesIn }) => bytesIn > 0)).toHaveLength(2);
  });

  it('exits when the delay is over and nothing is open', async () => {
    const running = await start('--drain-delay=10ms');

    running.kill('SIGTERM');

    expect(await running.exited).toBe(0);
  });

  it('resets what is left when the time is over', async () => {
    const running = await start('--drain-delay=0s', '--drain-timeout=300ms');
    const established = await connect();
    const end = howItEnds(established);

    running.kill('SIGTERM');

    expect(await end).toBe('ECONNRESET');
    expect(await running.exited).toBe(0);
    expect(running.access).toMatchObject([{ error: 'the client cut the connection' }]);
  });

  it('ends at once when it comes a second time', async () => {
    const running = await start('--drain-delay=1h');
    const end = howItEnds(await connect());

    running.kill('SIGTERM');
    await running.until('the phase Draining', ({ phase }) => phase === 'Draining');
    running.kill('SIGTERM');

    expect(await end).toBe('ECONNRESET');
    expect(await running.exited).toBe(0);
  });
});

describe('SIGTERM with --drain-until-unused', () => {
  it('serves who comes as long as something is open, is not ready but serves, and ends when nobody has come for the delay', async () => {
    const running = await start('--drain-until-unused', '--drain-delay=500ms');
    const established = await connect();

    running.kill('SIGTERM');
    await running.until('the phase Draining', ({ phase }) => phase === 'Draining');
    const ready = await running.get('/readyz');
    // Far more than the delay: what ends it is that nobody is there.
    for (let count = 0; count < 20; count += 1) {
      const late = await connect();
      await delay(100);
      late.end();
    }

    expect(ready.code).toBe(503);
    expect(await running.get('/servingz')).toEqual({ code: 200, body: 'ok\n' });
    expect(await roundTrip(established, 'still')).toBe('still');
    established.end();
    expect(await running.exited).toBe(0);
  });

  it('says that it serves no more before the time is over, and still does', async () => {
    const running = await start('--drain-until-unused', '--drain-timeout=29s');
    const established = await connect();

    running.kill('SIGTERM');
    await eventually('an end that is near', async () =>
      (await running.get('/servingz')).code === 503 ? true : undefined,
    );

    expect((await running.get('/servingz')).body).toBe('about to end\n');
    expect(await roundTrip(established, 'still')).toBe('still');
    expect(await roundTrip(await connect(), 'new')).toBe('new');
  });

  it("resets what is open longer than the frontend's drain timeout", async () => {
    const running = await start('--drain-until-unused', '--drain-delay=100ms');
    await running.reload(
      proxyConfig({
        frontends: [frontendConfig({ port, timeouts: { drain: 200 } })],
        backends: [backendConfig([server.port])],
      }),
    );
    const end = howItEnds(await connect());

    running.kill('SIGTERM');

    expect(await end).toBe('ECONNRESET');
  });
});

describe('two signals at once', () => {
  it('are both heard', async () => {
    const running = await start('--drain-delay=1h');
    const end = howItEnds(await connect());

    // Two of one kind may be merged on their way.
    running.kill('SIGTERM');
    running.kill('SIGINT');

    expect(await end).toBe('ECONNRESET');
    expect(await running.exited).toBe(0);
  });
});

describe('SIGTERM with HTTP clients', () => {
  it('closes connections without a request, and completes requests under way with Connection: close', async () => {
    const release = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const web = createServer((request, response) => {
      if (request.url === '/slow') {
        asked.resolve();
        void release.promise.then(() => response.end('late'));
      } else {
        response.end('early');
      }
    });
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    const running = await startProxy({
      config: proxyConfig({
        frontends: [frontendConfig({ port, protocol: 'HTTP' })],
        backends: [backendConfig([(web.address() as AddressInfo).port], { protocol: 'HTTP' })],
      }),
      args: ['--drain-delay=0s'],
    });
    proxy = running;
    const [idle, busy] = [await connectTcp(port), await connectTcp(port)];
    clients.push(idle, busy);
    idle.write(request('/'));
    const first = (await readUntil(idle, 'early')).toString();
    busy.write(request('/slow'));
    await asked.promise;

    running.kill('SIGTERM');
    const idleEnd = await howItEnds(idle);
    release.resolve();
    const answer = (await readToEnd(busy)).toString();

    expect(first.toLowerCase()).not.toContain('connection: close');
    expect(idleEnd).toBe('FIN');
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(answer).toMatch(/late$/);
    busy.end();
    idle.end();
    expect(await running.exited).toBe(0);
    web.close();
  });
});

function request(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`;
}

describe('SIGINT', () => {
  it('drains without the delay', async () => {
    const running = await start('--drain-delay=1h');

    running.kill('SIGINT');

    expect(await running.exited).toBe(0);
  });
});
