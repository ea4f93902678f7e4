import { once } from 'node:events';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { describe, expect, it, jest } from '@jest/globals';
import { resetSocket } from '../../proxy-image/tcp/reset.ts';
import { eventually } from '../support/eventually.ts';
import {
  connectTcp,
  howItEnds,
  readToEnd,
  roundTrip,
  startEchoServer,
  startTcpServer,
} from '../support/tcp.ts';
import type { TcpServer } from '../support/tcp.ts';
import { holdings } from './support/processes.ts';
import { get, scenes } from './support/scene.ts';
import type { Scenes, SceneOptions, Scene } from './support/scene.ts';
import { authority, HOSTNAME } from './support/site.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

const set = scenes();

/** A server of this kind behind a proxy. */
async function behind(
  onConnection: (socket: Socket) => void,
  options: SceneOptions = {},
): Promise<Scene & { readonly server: TcpServer }> {
  const server = await startTcpServer(onConnection);
  set.after(async () => server.close());
  return { server, ...(await set.start({ tcp: [server.port], http: [server.port], ...options })) };
}

async function connectTls(scenes: Scenes, port: number): Promise<tls.TLSSocket> {
  const socket = tls.connect({ host: '127.0.0.1', port, ca: authority.rootPem, servername: HOSTNAME });
  scenes.after(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

/** The head of a response that is longer than what follows it here. */
const LONG_HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n';

describe('a client that closes its half before the reply', () => {
  it('gets the whole reply on layer 4', async () => {
    const { ports } = await behind((socket) => {
      socket.resume().on('end', () => socket.end('the reply'));
    });
    const client = await set.tcp(ports.flow);

    client.end('a question');

    expect((await readToEnd(client)).toString()).toBe('the reply');
  });

  it('gets the whole response', async () => {
    const { ports } = await behind((socket) => {
      socket.once('data', () =>
        setImmediate(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nreply')),
      );
    });
    const client = await set.raw(ports.web);

    await client.send(get());
    client.socket.end();

    expect(await client.closed()).toMatchObject({ received: expect.stringMatching(/reply$/), how: 'End' });
  });
});

describe('a server that cuts its connection midway', () => {
  it('is seen as a reset on layer 4', async () => {
    const { ports, server } = await behind((socket) => void socket.write('a part'));
    const client = await set.tcp(ports.flow);
    await once(client, 'readable');

    (await server.connection(0)).resetAndDestroy();

    expect(await howItEnds(client)).toBe('ECONNRESET');
  });

  it.each(['FIN', 'RST'])('with %s is seen as a broken response', async (how) => {
    const { ports, server } = await behind((socket) => {
      socket.once('data', () => socket.write(`${LONG_HEAD}a part`));
    });
    const client = await set.raw(ports.web);
    await client.send(get());
    await client.until((received) => received.endsWith('a part'));

    const upstream = await server.connection(0);
    if (how === 'FIN') {
      upstream.end();
    } else {
      upstream.resetAndDestroy();
    }

    expect((await client.closed()).how).toBe('Reset');
  });

  it('is seen as a broken response by a client with TLS, without the alert that announces a regular end', async () => {
    const { ports, server } = await behind((socket) => {
      socket.once('data', () => socket.write(`${LONG_HEAD}a part`));
    });
    const client = await connectTls(set, ports.secure);
    client.write(get());
    await once(client, 'readable');

    (await server.connection(0)).resetAndDestroy();

    expect(await howItEnds(client)).toBe('ECONNRESET');
  });
});

describe('clients that go away during a download', () => {
  const CLIENTS = 50;

  it.each(['web', 'secure'] as const)(
    'on %s take their exchanges with the server with them',
    async (frontend) => {
      const { proxy, ports, server } = await behind((socket) => {
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n');
          flood(socket);
        });
      });
      const before = await holdings(proxy);
      const clients = await Promise.all(
        Array.from({ length: CLIENTS }, async () =>
          frontend === 'web' ? connectTcp(ports.web) : connectTls(set, ports.secure),
        ),
      );
      for (const client of clients) {
        client.write(get());
        await once(client, 'readable');
      }

      for (const client of clients) {
        resetSocket(client);
      }

      await eventually('the end of all exchanges', async () =>
        server.connections.length === CLIENTS && server.connections.every(({ closed }) => closed)
          ? true
          : undefined,
      );
      const { openFiles } = await eventually('as few open files as before', async () => {
        const now = await holdings(proxy);
        return now.openFiles <= before.openFiles ? now : undefined;
      });
      expect(openFiles).toBeLessThanOrEqual(before.openFiles);
    },
  );
});

describe('layer 4 timeouts', () => {
  it.each<[string, NonNullable<SceneOptions['timeouts']>, (client: Socket) => void]>([
    ['idle', { idle: 300 }, () => undefined],
    ['half-closed', { halfClose: 300 }, (client) => void client.end()],
  ])('end a connection that is %s, and only that one', async (_what, timeouts, act) => {
    const quiet = await startTcpServer((socket) => void socket.resume());
    set.after(async () => quiet.close());
    const { ports } = await set.start({ tcp: [quiet.port], timeouts });
    const client = await set.tcp(ports.flow);

    act(client);

    expect(await howItEnds(client)).toBe('ECONNRESET');
  });

  it('leave a connection alone on which something moves', async () => {
    const server = await startEchoServer();
    set.after(async () => server.close());
    const { ports } = await set.start({ tcp: [server.port], timeouts: { idle: 1000 } });
    const client = await set.tcp(ports.flow);
    const until = performance.now() + 3000;

    while (performance.now() < until) {
      expect(await roundTrip(client, 'ping')).toBe('ping');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
});

/** Sends for as long as the connection lives. */
function flood(socket: Socket): void {
  const chunk = Buffer.alloc(65_536, 'x');
  const more = (): void => {
    let ready = true;
    while (ready && !socket.destroyed) {
      ready = socket.write(chunk);
    }
  };
  socket.on('drain', more);
  more();
}
