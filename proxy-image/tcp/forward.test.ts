import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startDataPlane } from '../../test/support/data-plane.ts';
import type { DataPlane } from '../../test/support/data-plane.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../../test/support/proxy-config.ts';
import { freePort } from '../../test/cluster/process/free-port.ts';
import {
  connectTcp,
  howItEnds,
  readBytes,
  readToEnd,
  roundTrip,
  startEchoServer,
  startTcpServer,
} from '../../test/support/tcp.ts';
import type { TcpServer } from '../../test/support/tcp.ts';
import { untilStill } from '../../test/support/until-still.ts';

// Some move many bytes, which takes seconds on a busy host.
jest.setTimeout(60_000);

const MIB = 2 ** 20;

let plane: DataPlane;
let server: TcpServer;
let port: number;
const clients: Socket[] = [];

beforeEach(async () => {
  plane = startDataPlane();
  port = await freePort();
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  plane.stop();
  await server.close();
});

async function serve(
  started: Promise<TcpServer>,
  frontend: Parameters<typeof frontendConfig>[0] = {},
): Promise<void> {
  server = await started;
  const config = proxyConfig({
    frontends: [frontendConfig({ port, ...frontend })],
    backends: [backendConfig([server.port])],
  });
  await plane.apply(config);
}

async function connect(): Promise<Socket> {
  const client = await connectTcp(port);
  clients.push(client);
  return client;
}

describe('forward', () => {
  it('carries 8 MiB both ways at once, byte for byte', async () => {
    await serve(startEchoServer());
    const client = await connect();
    const sent = randomBytes(8 * MIB);

    const received = readToEnd(client);
    client.end(sent);

    expect((await received).equals(sent)).toBe(true);
    expect(await plane.entry(0)).toMatchObject({
      kind: 'connection',
      frontend: 'flow',
      source: '127.0.0.1',
      backend: 'servers',
      server: `127.0.0.1:${server.port}`,
      bytesIn: 8 * MIB,
      bytesOut: 8 * MIB,
      error: null,
    });
  });

  it('brings the reply to a client that has closed its half', async () => {
    const request = Promise.withResolvers<string>();
    await serve(
      startTcpServer((socket) => {
        void readToEnd(socket).then((bytes) => {
          request.resolve(bytes.toString());
          socket.end('late reply');
        });
      }),
    );
    const client = await connect();

    client.end('request');

    expect(await request.promise).toBe('request');
    expect((await readToEnd(client)).toString()).toBe('late reply');
  });

  it('brings what the client sends to a server that has closed its half', async () => {
    await serve(startTcpServer((socket) => socket.end('banner')));
    const client = await connect();
    const atServer = server.connection(0).then(readToEnd);

    expect((await readToEnd(client)).toString()).toBe('banner');
    client.write('first ');
    client.end('second');

    expect((await atServer).toString()).toBe('first second');
    expect(await plane.entry(0)).toMatchObject({ bytesIn: 12, bytesOut: 6, error: null });
  });

  it('resets the client when the server resets', async () => {
    await serve(startEchoServer());
    const client = await connect();
    await roundTrip(client, 'hello');

    const end = howItEnds(client);
    (await server.connection(0)).resetAndDestroy();

    expect(await end).toBe('ECONNRESET');
    expect(await plane.entry(0)).toMatchObject({ error: 'the server cut the connection' });
  });

  it('resets the server when the client resets', async () => {
    const end = Promise.withResolvers<string>();
    await serve(startTcpServer((socket) => void howItEnds(socket).then(end.resolve)));
    const client = await connect();
    await server.connection(0);

    client.resetAndDestroy();

    expect(await end.promise).toBe('ECONNRESET');
    expect(await plane.entry(0)).toMatchObject({ error: 'the client cut the connection' });
  });

  it('resets both when no byte has come for too long', async () => {
    await serve(startEchoServer(), { timeouts: { idle: 50 } });
    const client = await connect();
    await roundTrip(client, 'hello');
    const atServer = await server.connection(0);

    const ends = await Promise.all([howItEnds(client), howItEnds(atServer)]);

    expect(ends).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(await plane.entry(0)).toMatchObject({ error: 'no byte for 50 ms' });
  });

  it('resets both when the other half stays open without a byte', async () => {
    await serve(
      startTcpServer((socket) => socket.resume()),
      { timeouts: { halfClose: 50 } },
    );
    const client = await connect();

    client.end('bye');

    expect(await howItEnds(client)).toBe('ECONNRESET');
    expect(await plane.entry(0)).toMatchObject({
      error: 'no byte for 50 ms after one side had closed its half',
    });
  });

  it('reads no more from the server than the client takes', async () => {
    const total = 64 * MIB;
    const chunk = Buffer.alloc(MIB, 'x');
    let written = 0;
    const stalled = Promise.withResolvers<void>();
    await serve(
      startTcpServer((socket) => {
        const fill = (): void => {
          while (written < total) {
            written += chunk.length;
            if (!socket.write(chunk)) {
              stalled.resolve();
              socket.once('drain', fill);
              return;
            }
          }
          socket.end();
        };
        fill();
      }),
    );
    const client = await connect();
    await stalled.promise;
    await untilStill(() => written);
    const heldBack = written;

    const received = await readToEnd(client);

    expect(heldBack).toBeLessThan(total / 2);
    expect(received.length).toBe(total);
  });

  it('leaves bytes alone that the client does not take yet', async () => {
    // More than the sockets' buffers can hold: net.ipv4.tcp_rmem lets one of them grow to 32 MiB.
    const content = randomBytes(64 * MIB);
    let sent = 0;
    await serve(
      startTcpServer((socket) => {
        // Small pieces: the proxy reads on while one of them waits to be written.
        const next = (): void => {
          if (sent === content.length) {
            socket.end();
          } else if (socket.writableNeedDrain) {
            socket.once('drain', next);
          } else {
            socket.write(content.subarray(sent, sent + 1024));
            sent += 1024;
            setImmediate(next);
          }
        };
        next();
      }),
    );
    const client = await connect();
    client.pause();
    await untilStill(() => sent);
    const heldBack = sent;

    const received = await readToEnd(client);

    expect(heldBack).toBeLessThan(content.length);
    expect(received.equals(content)).toBe(true);
  });

  it('resets the client when no server can be reached', async () => {
    await serve(startEchoServer());
    await server.close();
    const client = await connect();

    expect(await howItEnds(client)).toBe('ECONNRESET');
    expect(await plane.entry(0)).toMatchObject({
      server: null,
      error: expect.stringContaining('no server of backend servers can be reached'),
    });
  });

  it('serves the next clients when one has gone without a word', async () => {
    await serve(startEchoServer());
    (await connect()).destroy();
    await plane.entry(0);

    const answer = await roundTrip(await connect(), 'hello');

    expect(answer).toBe('hello');
    expect(plane.frontend('flow')?.connections).toBe(1);
  });

  it('gives what the client sent before the server was there', async () => {
    await serve(startEchoServer());
    const client = await connect();
    client.write('early');

    expect((await readBytes(client, 5)).toString()).toBe('early');
  });

  it('counts bytes while they flow', async () => {
    await serve(startEchoServer());
    await roundTrip(await connect(), 'hello');

    const bytes = plane.report().metrics.find(({ name }) => name === 'teamwork_proxy_tcp_bytes_total');

    expect(bytes?.series).toEqual([
      { labels: ['flow', 'servers', 'in'], value: 5 },
      { labels: ['flow', 'servers', 'out'], value: 5 },
    ]);
  });
});
