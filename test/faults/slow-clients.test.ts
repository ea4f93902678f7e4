import type { Socket } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startTcpServer } from '../support/tcp.ts';
import { holdings, metric } from './support/processes.ts';
import { get, ok, scenes } from './support/scene.ts';
import type { Scene, SceneOptions } from './support/scene.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

/** Most that a proxy may grow by under any of these attacks. What garbage collection leaves lying for a while is the greater part of it. */
const GROWTH_BYTES = 96 * 2 ** 20;

const CLIENTS = 300;

/** The same for one client that does not read what it has asked for: two full buffers of Node's and what else a connection takes. */
const STALLED_BYTES = 512 * 2 ** 10;

const set = scenes();

interface Attack {
  /** Connections that the proxy is to end. */
  readonly clients: readonly Socket[];
}

/** Serves a small page and, under `/large`, more than any buffer takes. */
async function start(options: SceneOptions): Promise<Scene> {
  const large = Buffer.alloc(8 * 2 ** 20, 'x');
  const server = await startTcpServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      if (chunk.includes('GET /large')) {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n`);
        socket.write(large);
      } else if (chunk.includes('GET /')) {
        socket.write(ok('served'));
      }
    });
  });
  set.after(async () => server.close());
  return set.start({ tcp: [server.port], http: [server.port], ...options });
}

/** Waits until the proxy has ended all of them, while another client has to be served; by how many bytes the proxy has grown at most. */
async function growth({ proxy, ports }: Scene, { clients }: Attack): Promise<number> {
  const before = (await holdings(proxy)).resident;
  let grown = 0;
  await eventually('the end of all connections of the attack', async () => {
    const other = await set.raw(ports.web);
    await other.send(get('/', 'Connection: close\r\n'));
    await other.until((received) => received.endsWith('served'));
    grown = Math.max(grown, (await holdings(proxy)).resident - before);
    return clients.every(({ closed }) => closed) ? true : undefined;
  });
  await eventually('a proxy with no open connection', async () =>
    (await metric(proxy, 'teamwork_proxy_connections_open')) === 0 ? true : undefined,
  );
  return grown;
}

/** Opens connections and does to each of them what the attack is about. */
async function attack(port: number, act: (socket: Socket) => void): Promise<Attack> {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, async () => set.tcp(port)));
  for (const client of clients) {
    act(client);
    client.on('end', () => client.destroy());
  }
  return { clients };
}

/** Sends a piece each time, as slowly as a client can that wants to be waited for. */
function dribble(socket: Socket, piece: (turn: number) => string): void {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
    socket.write(piece(turns));
  }, 100);
  socket.resume().on('close', () => clearInterval(timer));
}

describe('an attack with', () => {
  it('headers that never end is over after the header timeout, with 408', async () => {
    const scene = await start({ timeouts: { header: 1500 } });
    const answers: string[] = [];
    const slow = await attack(scene.ports.web, (socket) => {
      socket.write(get().slice(0, -2));
      socket.on('data', (chunk: Buffer) => answers.push(chunk.toString('latin1')));
      dribble(socket, (turn) => `X-Field-${turn}: x\r\n`);
    });

    expect(await growth(scene, slow)).toBeLessThan(GROWTH_BYTES);

    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 408 '))).toHaveLength(CLIENTS);
  });

  it('connections on which no request comes is over after the header timeout', async () => {
    const scene = await start({ timeouts: { header: 1500 } });

    const silent = await attack(scene.ports.web, (socket) => socket.resume());

    expect(await growth(scene, silent)).toBeLessThan(GROWTH_BYTES);
  });

  it.each([
    ['nothing', (socket: Socket) => void socket.resume()],
    [
      'a ClientHello in pieces that never end',
      (socket: Socket) => {
        socket.write(Buffer.from('160301200001001ffc0303', 'hex'));
        dribble(socket, () => 'x');
      },
    ],
  ])('handshakes of which comes %s is over after the handshake timeout', async (_what, act) => {
    const scene = await start({ timeouts: { handshake: 1500 } });

    const silent = await attack(scene.ports.secure, act);

    expect(await growth(scene, silent)).toBeLessThan(GROWTH_BYTES);
  });

  it('bodies that do not come is over after the request timeout', async () => {
    const scene = await start({ timeouts: { request: 1500 } });

    const slow = await attack(scene.ports.web, (socket) => {
      socket.write('POST / HTTP/1.1\r\nHost: twc.example.com\r\nContent-Length: 1000\r\n\r\nx');
      socket.resume();
    });

    expect(await growth(scene, slow)).toBeLessThan(GROWTH_BYTES);
  });

  it('bodies that are dribbled is over when they have been too slow for too long, with 408', async () => {
    const scene = await start({ limits: { minimumRate: { bytesPerSecond: 1000, tolerance: 1500 } } });
    const answers: string[] = [];
    const slow = await attack(scene.ports.web, (socket) => {
      socket.write('POST / HTTP/1.1\r\nHost: twc.example.com\r\nContent-Length: 1000000\r\n\r\n');
      socket.on('data', (chunk: Buffer) => answers.push(chunk.toString('latin1')));
      dribble(socket, () => 'x');
    });

    expect(await growth(scene, slow)).toBeLessThan(GROWTH_BYTES);

    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 408 '))).toHaveLength(CLIENTS);
  });

  it('responses that are read byte by byte is over when that has been too slow for too long', async () => {
    const scene = await start({ limits: { minimumRate: { bytesPerSecond: 1000, tolerance: 1500 } } });
    const slow = await attack(scene.ports.web, (socket) => {
      socket.write(get('/large'));
      socket.pause();
      const timer = setInterval(() => socket.read(1), 100);
      socket.on('close', () => clearInterval(timer));
    });
    const before = (await holdings(scene.proxy)).resident;

    await eventually('the end of all requests', async () =>
      (await metric(scene.proxy, 'teamwork_proxy_connections_open')) === 0 ? true : undefined,
    );

    expect((await holdings(scene.proxy)).resident - before).toBeLessThan(CLIENTS * STALLED_BYTES);
    expect(slow.clients).toHaveLength(CLIENTS);
  });

  it('responses that nobody reads is over after the request timeout', async () => {
    const scene = await start({ timeouts: { request: 1500, keepAlive: 1500 } });
    const slow = await attack(scene.ports.web, (socket) => {
      socket.write(get('/large'));
      // It is there, but takes nothing; only the reset that ends it is noticed.
      socket.pause();
    });
    const before = (await holdings(scene.proxy)).resident;

    await eventually('the end of all requests', async () =>
      (await metric(scene.proxy, 'teamwork_proxy_connections_open')) === 0 ? true : undefined,
    );

    expect((await holdings(scene.proxy)).resident - before).toBeLessThan(CLIENTS * STALLED_BYTES);
    expect(slow.clients).toHaveLength(CLIENTS);
  });

  it('halves that are closed at once is over after the half-close timeout', async () => {
    const scene = await start({ timeouts: { halfClose: 1500 } });

    const silent = await attack(scene.ports.flow, (socket) => void socket.resume().end('x'));

    expect(await growth(scene, silent)).toBeLessThan(GROWTH_BYTES);
  });
});
