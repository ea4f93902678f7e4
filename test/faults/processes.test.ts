import type { Socket } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { connectTcp, howItEnds, roundTrip, startEchoServer, startTcpServer } from '../support/tcp.ts';
import { isRunning, metric, processesOf } from './support/processes.ts';
import { get, ok, scenes } from './support/scene.ts';
import type { Scene } from './support/scene.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

const set = scenes();

async function start(...args: readonly string[]): Promise<Scene> {
  const echo = await startEchoServer();
  set.after(async () => echo.close());
  const web = await startTcpServer((socket) => void socket.on('data', () => socket.write(ok('served'))));
  set.after(async () => web.close());
  return set.start({ tcp: [echo.port], http: [web.port], args: ['--workers=2', ...args] });
}

/** Connects until each worker has several connections. */
async function spread({ proxy, ports }: Scene): Promise<readonly Socket[]> {
  const clients: Socket[] = [];
  await eventually('connections of both workers', async () => {
    const client = await set.tcp(ports.flow);
    await roundTrip(client, 'hello');
    clients.push(client);
    const { workers } = await proxy.status();
    return workers.every(({ connections }) => connections >= 3) ? true : undefined;
  });
  return clients;
}

/** Goes on with requests on one connection after the other; a connection that is cut counts as cut, and not as a failed request. */
function keepAsking(port: number): {
  readonly stop: () => Promise<{ served: number; cut: number; wrong: number }>;
} {
  const counts = { served: 0, cut: 0, wrong: 0 };
  const stopped = new AbortController();
  const running = (async () => {
    while (!stopped.signal.aborted) {
      const client = await set.raw(port);
      await client.send(get('/', 'Connection: close\r\n'));
      const { received } = await client.closed();
      counts[received.endsWith('served') ? 'served' : received === '' ? 'cut' : 'wrong'] += 1;
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await running;
      return counts;
    },
  };
}

describe('under traffic', () => {
  it('a worker that is killed costs only what it carried, and is replaced', async () => {
    const scene = await start();
    const { proxy, ports } = scene;
    const clients = await spread(scene);
    const { workers } = await proxy.status();
    const [victim] = workers;
    const asking = Array.from({ length: 4 }, () => keepAsking(ports.web));
    const lost = new Set<Socket>();
    for (const client of clients) {
      void howItEnds(client).then(() => lost.add(client));
    }

    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await proxy.until(
      'a replacement that serves',
      (status) =>
        status.workers.length === 2 &&
        status.workers.every(({ pid, configHash }) => pid !== victim?.pid && configHash !== null),
    );
    const counts = await Promise.all(asking.map(async ({ stop }) => stop()));

    const flowsOfVictim = victim?.connections ?? 0;
    expect(lost.size).toBe(flowsOfVictim);
    expect(counts.reduce((sum, { wrong }) => sum + wrong, 0)).toBe(0);
    // Each of the clients had one request on its way at most.
    expect(counts.every(({ cut }) => cut <= 1)).toBe(true);
    expect(counts.every(({ served }) => served > 0)).toBe(true);
    expect(await metric(proxy, 'teamwork_proxy_worker_crashes_total')).toBe(1);
  });

  it('a supervisor that is killed leaves no process behind, and no port taken', async () => {
    const scene = await start();
    const { proxy, ports } = scene;
    const clients = await spread(scene);
    const processes = await processesOf(proxy);
    const ends = clients.map(howItEnds);

    proxy.kill('SIGKILL');
    await eventually('the end of all processes', async () => (processes.some(isRunning) ? undefined : true));

    await Promise.all(ends);
    await expect(connectTcp(ports.flow)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(connectTcp(ports.web)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('SIGTERM costs no request: it is served until clients have been told to go', async () => {
    const scene = await start('--drain-delay=2s');
    const { proxy, ports } = scene;
    const asking = Array.from({ length: 4 }, () => keepAsking(ports.web));
    const idle = await set.raw(ports.web);
    await idle.send(get());
    await idle.until((received) => received.endsWith('served'));

    proxy.kill('SIGTERM');
    await proxy.until('the phase Draining', ({ phase }) => phase === 'Draining');
    const ready = await proxy.get('/readyz');
    // An idle connection is ended, and a response on another one says that it is the last.
    const { how } = await idle.closed();
    const last = await set.raw(ports.web);
    await last.send(get());
    const { received } = await last.closed();
    const counts = await Promise.all(asking.map(async ({ stop }) => stop()));

    expect(ready.code).toBe(503);
    expect(how).toBe('End');
    expect(received).toMatch(/\r\nConnection: close\r\n[^]*served$/i);
    expect(counts.map(({ cut, wrong }) => cut + wrong)).toEqual([0, 0, 0, 0]);
    expect(await proxy.exited).toBe(0);
  });
});

/** Starts a proxy with one worker and waits until its listening sockets are held. */
async function startAlone(): Promise<Scene> {
  const echo = await startEchoServer();
  set.after(async () => echo.close());
  const scene = await set.start({ tcp: [echo.port], args: ['--workers=1', '--log-level=debug'] });
  await eventually('sockets that are held', async () => holdingProcess(scene));
  return scene;
}

function holdingProcess({ proxy }: Scene): number | undefined {
  const line = proxy.log.find(({ msg }) => msg === 'listening sockets are held');
  return line === undefined ? undefined : Number(line['process']);
}

describe('the only worker', () => {
  it('can be killed again and again: whoever connects meanwhile waits until it is replaced', async () => {
    const { proxy, ports } = await startAlone();
    const stopped = new AbortController();
    const counts = { served: 0, cut: 0 };
    const connecting = (async () => {
      while (!stopped.signal.aborted) {
        // Rejects when it is refused.
        const client = await connectTcp(ports.flow);
        const cut = new Promise<boolean>((resolve) => {
          client.once('end', () => resolve(false)).once('close', () => resolve(false));
        });
        const answer = roundTrip(client, 'hello').then(
          () => true,
          () => false,
        );
        const served = await Promise.race([answer, cut]);
        counts[served ? 'served' : 'cut'] += 1;
        client.destroy();
      }
    })();

    const KILLS = 5;
    for (let kills = 0; kills < KILLS; kills += 1) {
      const { workers } = await proxy.until('a worker that serves', (status) =>
        status.workers.some(({ configHash }) => configHash !== null),
      );
      const before = counts.served;
      process.kill(workers[0]?.pid ?? 0, 'SIGKILL');
      await eventually('clients that are served again', async () =>
        counts.served > before + 1 ? true : undefined,
      );
    }
    stopped.abort();
    await connecting;

    // Only what the worker had accepted is lost: of one client after the other, one connection at most.
    expect(counts.cut).toBeLessThanOrEqual(KILLS);
    expect(await metric(proxy, 'teamwork_proxy_worker_crashes_total')).toBe(KILLS);
  });

  it('leaves no process behind when the supervisor is killed, and no port taken', async () => {
    const scene = await startAlone();
    const { proxy, ports } = scene;
    const processes = [...(await processesOf(proxy)), holdingProcess(scene) ?? 0];

    proxy.kill('SIGKILL');
    await eventually('the end of all processes', async () => (processes.some(isRunning) ? undefined : true));

    await expect(connectTcp(ports.flow)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets go of a port that is removed', async () => {
    const { proxy, ports, config } = await startAlone();

    await proxy.reload({ ...config, frontends: config.frontends.filter(({ port }) => port !== ports.flow) });

    const refused = await eventually('a port that is free', async () =>
      connectTcp(ports.flow).then(
        (client) => void client.destroy(),
        (error: NodeJS.ErrnoException) => error.code,
      ),
    );
    expect(refused).toBe('ECONNREFUSED');
  });
});
