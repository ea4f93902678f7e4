import { once } from 'node:events';
import net from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startDataPlane } from '../../test/support/data-plane.ts';
import type { DataPlane } from '../../test/support/data-plane.ts';
import { eventually } from '../../test/support/eventually.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../../test/support/proxy-config.ts';
import { freePort } from '../../test/cluster/process/free-port.ts';
import {
  connectTcp,
  howItEnds,
  readToEnd,
  roundTrip,
  startEchoServer,
  startTcpServer,
} from '../../test/support/tcp.ts';
import type { TcpServer } from '../../test/support/tcp.ts';

type FrontendParts = Parameters<typeof frontendConfig>[0];

let plane: DataPlane;
let server: TcpServer;
let port: number;
const clients: Socket[] = [];
const cleanup: (() => Promise<void>)[] = [];

beforeEach(async () => {
  plane = startDataPlane();
  server = await startEchoServer();
  port = await freePort();
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  plane.stop();
  await server.close();
  for (const clean of cleanup.splice(0)) {
    await clean();
  }
});

async function apply(...frontends: readonly FrontendParts[]): Promise<void> {
  const config = proxyConfig({
    frontends: frontends.map((frontend) => frontendConfig({ port, ...frontend })),
    backends: [backendConfig([server.port])],
  });
  await plane.apply(config);
}

async function connect(to = port, host = '127.0.0.1'): Promise<Socket> {
  const client = await connectTcp(to, host);
  clients.push(client);
  return client;
}

/** A reset may come before or after the client has noticed that it is connected. */
async function howItIsRefused(): Promise<string> {
  try {
    return await howItEnds(await connect());
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

describe('ListenerSet', () => {
  it('writes the address of a client that comes by IPv4 to :: as IPv4', async () => {
    await apply({ address: '::' });

    const client = await connect();
    await roundTrip(client, 'hello');
    client.end();

    expect(await plane.entry(0)).toMatchObject({ source: '127.0.0.1' });
  });

  it('resets connections above the limit and takes new ones when others have ended', async () => {
    await apply({ limits: { connections: 2 } });
    const [first] = [await connect(), await connect()];
    await roundTrip(first, 'hello');

    expect(await howItIsRefused()).toBe('ECONNRESET');
    first.destroy();
    await plane.entry(1);
    expect(await roundTrip(await connect(), 'hello')).toBe('hello');
  });

  it('counts the connections of other workers towards the limit', async () => {
    await apply({ limits: { connections: 2 } });
    plane.worker.handle({ type: 'OpenElsewhere', connections: new Map([['flow', 2]]), sources: new Map() });

    expect(await howItIsRefused()).toBe('ECONNRESET');
    plane.worker.handle({ type: 'OpenElsewhere', connections: new Map(), sources: new Map() });
    expect(await roundTrip(await connect(), 'hello')).toBe('hello');
  });

  it('says why it can not listen, serves what it can, and listens when told to try again', async () => {
    const other = await freePort();
    const squatter = net.createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    await apply({}, { name: 'second', port: other });

    expect(plane.frontend('flow')).toMatchObject({
      state: 'Failed',
      message: `EADDRINUSE: port ${port} on 127.0.0.1 is taken by another program: end that, or use another port or address`,
    });
    expect(await roundTrip(await connect(other), 'hello')).toBe('hello');
    squatter.close();
    await once(squatter, 'close');
    plane.worker.handle({ type: 'Listen', address: '127.0.0.1', port });
    await eventually('a listening frontend', async () =>
      plane.frontend('flow')?.state === 'Listening' ? true : undefined,
    );
    expect(await roundTrip(await connect(), 'hello')).toBe('hello');
  });

  it('keeps the socket and its connections when everything but address and port changes', async () => {
    const elsewhere = await startTcpServer((socket) => socket.end('elsewhere'));
    cleanup.push(async () => elsewhere.close());
    await apply({});
    const before = await connect();
    await roundTrip(before, 'one');

    await plane.apply(
      proxyConfig({
        frontends: [frontendConfig({ name: 'renamed', port, backend: 'other' })],
        backends: [backendConfig([elsewhere.port], { name: 'other' })],
      }),
    );
    const after = await connect();

    expect((await readToEnd(after)).toString()).toBe('elsewhere');
    expect(await roundTrip(before, 'two')).toBe('two');
    expect(plane.report().frontends).toMatchObject([{ name: 'renamed', state: 'Listening', connections: 2 }]);
  });

  it('stops accepting for a frontend that is removed, and ends its connections when its time is over', async () => {
    const other = await freePort();
    await apply({ timeouts: { drain: 100 } }, { name: 'second', port: other });
    const established = await connect();
    await roundTrip(established, 'one');

    await apply({ name: 'second', port: other });

    expect(plane.frontend('flow')).toMatchObject({ state: 'Draining', connections: 1 });
    await expect(connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await roundTrip(established, 'two')).toBe('two');
    expect(await howItEnds(established)).toBe('ECONNRESET');
    await eventually('a status without the frontend', async () =>
      plane.frontend('flow') === undefined ? true : undefined,
    );
  });

  it('lets a frontend come back while its old connections drain', async () => {
    await apply({});
    const established = await connect();
    await roundTrip(established, 'one');

    await apply({ name: 'second', port: await freePort() });
    await apply({});

    expect(await roundTrip(await connect(), 'new')).toBe('new');
    expect(await roundTrip(established, 'old')).toBe('old');
  });

  it('moves from one address to all of them on the same port', async () => {
    await apply({});
    await roundTrip(await connect(), 'one');

    await apply({ address: '::' });
    plane.worker.handle({ type: 'Listen', address: '::', port });

    await eventually('a listening frontend', async () =>
      plane.frontend('flow')?.state === 'Listening' ? true : undefined,
    );
    expect(await roundTrip(await connect(port, '::1'), 'two')).toBe('two');
  });

  it('ends when it is told to stop and the last connection has gone', async () => {
    await apply({});
    const established = await connect();
    await roundTrip(established, 'one');
    let ended = false;
    void plane.exited.then(() => {
      ended = true;
    });

    plane.worker.handle({ type: 'StopAccepting', limit: 60_000 });

    await expect(connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await roundTrip(established, 'two')).toBe('two');
    expect(ended).toBe(false);
    established.end();
    await plane.exited;
    expect(plane.entries).toMatchObject([{ bytesIn: 6, error: null }]);
  });

  it('ends what is left when the time for that is over', async () => {
    await apply({});
    const established = await connect();
    await roundTrip(established, 'one');

    plane.worker.handle({ type: 'StopAccepting', limit: 50 });

    expect(await howItEnds(established)).toBe('ECONNRESET');
    await plane.exited;
  });
});
