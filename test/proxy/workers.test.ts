import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { connectTcp, howItEnds, roundTrip, startEchoServer } from '../support/tcp.ts';
import type { TcpServer } from '../support/tcp.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

let proxy: ProxyProcess;
let server: TcpServer;
let port: number;
const clients: Socket[] = [];

beforeEach(async () => {
  server = await startEchoServer();
  port = await freePort();
  const config = proxyConfig({
    frontends: [frontendConfig({ port })],
    backends: [backendConfig([server.port])],
  });
  proxy = await startProxy({ config, args: ['--workers=2'] });
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  await proxy.remove();
  await server.close();
});

/** Connects until each of the two workers has at least one connection. */
async function connectToBoth(): Promise<void> {
  for (;;) {
    const client = await connectTcp(port);
    clients.push(client);
    await roundTrip(client, 'hello');
    const { workers } = await proxy.status();
    if (workers.every(({ connections }) => connections > 0)) {
      return;
    }
  }
}

describe('a worker that is killed', () => {
  it('costs its own connections alone and is replaced', async () => {
    await connectToBoth();
    const { workers, configHash } = await proxy.status();
    const [victim, survivor] = workers;
    const ends = clients.map(async (client) =>
      Promise.race([howItEnds(client), roundTrip(client, 'x').then(() => 'alive')]),
    );

    await Promise.all(ends);
    const ended = clients.map(async (client) => howItEnds(client));
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    const after = await proxy.until(
      'a replacement',
      ({ workers }) =>
        workers.length === 2 &&
        workers.every((worker) => worker.configHash === configHash && worker.pid !== victim?.pid),
    );

    const dead = await Promise.all(ended.map(async (end) => Promise.race([end, Promise.resolve('alive')])));
    expect(dead.filter((end) => end === 'alive')).toHaveLength(survivor?.connections ?? 0);
    expect(dead.filter((end) => end !== 'alive')).toHaveLength(victim?.connections ?? 0);
    expect(after.workers.map(({ pid }) => pid)).toContain(survivor?.pid);
    expect(proxy.log).toContainEqual(
      expect.objectContaining({
        msg: 'worker ended, its connections are lost',
        worker: victim?.pid,
        reason: 'signal SIGKILL',
      }),
    );
  });

  it('leaves its counts, so that totals never fall', async () => {
    await connectToBoth();
    const total = async () =>
      Number(
        /^teamwork_proxy_connections_total\{frontend="flow"\} (\d+)$/m.exec(
          (await proxy.get('/metrics')).body,
        )?.[1],
      );
    const before = await total();
    const { workers } = await proxy.status();

    process.kill(workers[0]?.pid ?? 0, 'SIGKILL');
    await proxy.until('a replacement', (status) =>
      status.workers.every(({ pid, configHash }) => pid !== workers[0]?.pid && configHash !== null),
    );

    expect(await total()).toBe(before);
    expect((await proxy.get('/metrics')).body).toContain('\nteamwork_proxy_worker_crashes_total 1\n');
  });

  it('does not make the proxy unready while the other one serves', async () => {
    const { workers } = await proxy.status();

    process.kill(workers[0]?.pid ?? 0, 'SIGKILL');

    expect((await proxy.get('/readyz')).code).toBe(200);
    const client = await connectTcp(port);
    clients.push(client);
    expect(await roundTrip(client, 'hello')).toBe('hello');
  });
});
