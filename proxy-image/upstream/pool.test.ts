import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { backendConfig } from '../../test/support/proxy-config.ts';
import { startTcpServer, type TcpServer } from '../../test/support/tcp.ts';
import type { HttpConnection, Upstream } from './types.ts';
import { buildUpstream } from './upstream.ts';

let server: TcpServer;
let upstream: Upstream;

beforeEach(async () => {
  server = await startTcpServer();
  upstream = buildUpstream(backendConfig([server.port], { protocol: 'HTTP' }), []);
});

afterEach(async () => {
  upstream.retire();
  await server.close();
});

const SOURCE = '192.0.2.1';

async function open(): Promise<HttpConnection> {
  const { signal } = new AbortController();
  return upstream.open({ sourceAddress: SOURCE, connectTimeout: 5_000, signal });
}

/** A connection that has been used once, and is idle. */
async function idle(idleMs = Number.POSITIVE_INFINITY): Promise<HttpConnection> {
  const connection = await open();
  connection.recycle(idleMs);
  await settled();
  return connection;
}

function take(): HttpConnection | null {
  return upstream.takeIdle({ sourceAddress: SOURCE });
}

/** A recycled connection waits a turn of the event loop before it can be taken. */
async function settled(): Promise<void> {
  await turn();
  await turn();
  await turn();
}

describe('an idle connection', () => {
  it('is taken for the next exchange', async () => {
    const first = await idle();

    const second = upstream.takeIdle({ sourceAddress: SOURCE });

    expect(second).toBe(first);
    expect(second?.reused).toBe(true);
    expect(upstream.takeIdle({ sourceAddress: SOURCE })).toBeNull();
  });

  it('that was used last is taken first', async () => {
    const [a, b] = [await open(), await open()];
    a.recycle(60_000);
    b.recycle(60_000);
    await settled();

    expect(upstream.takeIdle({ sourceAddress: SOURCE })).toBe(b);
  });

  it('is not taken in the same turn in which it became idle', async () => {
    const connection = await open();

    connection.recycle(60_000);

    expect(upstream.takeIdle({ sourceAddress: SOURCE })).toBeNull();
  });

  it('is not taken before a whole turn has passed, even if another has waited for longer', async () => {
    const [other, first, second] = [await open(), await open(), await open()];
    const peer = await server.connection(0);
    const taken = new Promise((resolve) => {
      other.attach({
        upstreamData: () => {
          second.recycle(60_000);
          // Behind what the pool does in this turn.
          setImmediate(() => resolve([take() === first, take() === second]));
        },
        upstreamEnd: () => undefined,
        upstreamClosed: () => undefined,
        upstreamDrained: () => undefined,
      });
    });

    first.recycle(60_000);
    await turn();
    // Is read in the turn that has just begun.
    peer.write('hello');

    expect(await taken).toEqual([true, false]);
    other.destroy();
  });

  it('is discarded when the server sends something', async () => {
    const connection = await idle();

    (await server.connection(0)).write('HTTP/1.1 200 OK\r\n\r\n');
    await once(connection.socket, 'close');

    expect(upstream.takeIdle({ sourceAddress: SOURCE })).toBeNull();
  });

  it('is discarded when the server closes it', async () => {
    const connection = await idle();

    (await server.connection(0)).end();
    await once(connection.socket, 'close');

    expect(upstream.takeIdle({ sourceAddress: SOURCE })).toBeNull();
  });

  it('is not taken when its time is over', async () => {
    const connection = await idle(0);

    expect(upstream.takeIdle({ sourceAddress: SOURCE })).toBeNull();
    expect(connection.socket.destroyed).toBe(true);
  });

  it('ends when the upstream is retired', async () => {
    const connection = await idle();

    upstream.retire();

    expect(connection.socket.destroyed).toBe(true);
  });
});

describe('a connection in use', () => {
  it('survives the retirement of its upstream, but is not kept after it', async () => {
    const connection = await open();

    upstream.retire();
    const inUse = connection.socket.destroyed;
    connection.recycle(60_000);

    expect(inUse).toBe(false);
    expect(connection.socket.destroyed).toBe(true);
  });

  it('tells its user what happens', async () => {
    const connection = await open();
    const told: string[] = [];
    connection.attach({
      upstreamData: (chunk) => told.push(`data ${chunk.toString()}`),
      upstreamEnd: () => told.push('end'),
      upstreamClosed: () => told.push('closed'),
      upstreamDrained: () => told.push('drained'),
    });

    (await server.connection(0)).end('hello');
    await once(connection.socket, 'end');
    connection.socket.end();
    await once(connection.socket, 'close');

    expect(told).toEqual(['data hello', 'end', 'closed']);
  });

  it('is destroyed when nobody listens to what it receives', async () => {
    const connection = await open();

    (await server.connection(0)).write('hello');
    await once(connection.socket, 'close');

    expect(connection.socket.destroyed).toBe(true);
  });

  it('is handed over bare, for a tunnel', async () => {
    const connection = await open();

    const bare = connection.detach();
    (await server.connection(0)).end('hello');

    expect(String((await bare.socket.toArray())[0])).toBe('hello');
    bare.release();
  });
});

describe('connections of several servers', () => {
  it('are only taken by clients that belong to that server', async () => {
    const other = await startTcpServer();
    const config = backendConfig([server.port, other.port], { protocol: 'HTTP', balance: 'SourceAddress' });
    const both = buildUpstream(config, []);
    const clients = Array.from({ length: 20 }, (_, index) => `192.0.2.${index}`);
    const { signal } = new AbortController();

    const chosen = new Map<string, number>();
    for (const sourceAddress of clients) {
      const connection = await both.open({ sourceAddress, connectTimeout: 5_000, signal });
      chosen.set(sourceAddress, connection.server.port);
      connection.recycle(60_000);
    }
    await settled();
    const taken = clients.map((client) => both.takeIdle({ sourceAddress: client })?.server.port);

    expect(new Set(taken)).toEqual(new Set([server.port, other.port]));
    expect(taken).toEqual(clients.map((client) => chosen.get(client)));
    both.retire();
    await other.close();
  });
});
