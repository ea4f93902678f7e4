import net from 'node:net';
import type { Socket } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import type { AccessEntry } from '../../proxy-image/log/types.ts';
import { eventually } from '../support/eventually.ts';
import { roundTrip, startEchoServer, startTcpServer } from '../support/tcp.ts';
import { metric } from './support/processes.ts';
import { get, ok, scenes } from './support/scene.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

const set = scenes();

/** Leaves room for about 20 connections beside what a process needs for itself. */
const OPEN_FILES = 300;
const ATTEMPTS = 200;

function isRefusal({ kind, error }: AccessEntry): boolean {
  return kind === 'connection' && (error ?? '').includes('as many connections already as its open files');
}

describe('a proxy that runs out of open files', () => {
  it('refuses new connections and says so, keeps those that it has, and recovers', async () => {
    const echo = await startEchoServer();
    set.after(async () => echo.close());
    const web = await startTcpServer((socket) => void socket.on('data', () => socket.write(ok('served'))));
    set.after(async () => web.close());
    const { proxy, ports } = await set.start({ tcp: [echo.port], http: [web.port], openFiles: OPEN_FILES });
    const established = await set.tcp(ports.flow);
    await roundTrip(established, 'hello');

    const flood = Array.from({ length: ATTEMPTS }, () =>
      net.connect({ host: '127.0.0.1', port: ports.flow }),
    );
    set.after(() => destroy(flood));
    const ends = await Promise.all(flood.map(endOrAnswer));
    const refused = ends.filter((end) => end === 'ECONNRESET').length;

    expect(new Set(ends)).toEqual(new Set(['answer', 'ECONNRESET']));
    expect(await roundTrip(established, 'still')).toBe('still');
    expect(
      await metric(proxy, 'teamwork_proxy_connections_refused_total', { reason: 'ConnectionLimit' }),
    ).toBe(refused);
    expect(await metric(proxy, 'teamwork_proxy_worker_crashes_total')).toBe(0);
    expect((await proxy.get('/readyz')).code).toBe(200);
    await eventually('a line of the log for each', async () =>
      proxy.access.filter(isRefusal).length === refused ? true : undefined,
    );

    destroy(flood);
    await eventually('room', async () =>
      (await metric(proxy, 'teamwork_proxy_connections_open')) === 1 ? true : undefined,
    );
    const later = await set.raw(ports.web);
    await later.send(get());
    expect(await later.until((received) => received.endsWith('served'))).toContain('200');
  });
});

/** What is refused may be noticed at any moment: while it connects, sends, or waits. */
async function endOrAnswer(client: Socket): Promise<string> {
  client.write('hello');
  return new Promise((resolve) => {
    client.once('data', () => resolve('answer'));
    client.on('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'EPIPE' ? 'ECONNRESET' : String(code)),
    );
    client.once('end', () => resolve('FIN'));
  });
}

function destroy(clients: readonly Socket[]): void {
  for (const client of clients) {
    client.destroy();
  }
}
