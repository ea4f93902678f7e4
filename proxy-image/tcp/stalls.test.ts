import { once } from 'node:events';
import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { startFlow } from '../../test/support/flow.ts';
import type { Flow, FlowOptions } from '../../test/support/flow.ts';
import { backendConfig } from '../../test/support/proxy-config.ts';
import { howItEnds, startTcpServer } from '../../test/support/tcp.ts';
import type { TcpServer } from '../../test/support/tcp.ts';
import { eventually } from '../../test/support/eventually.ts';
import { untilStill } from '../../test/support/until-still.ts';

// Stalled connections are looked at every second, and a timer that runs out while bytes wait begins anew once.
jest.setTimeout(60_000);

let server: TcpServer;
let flow: Flow;

afterEach(async () => {
  flow.stop();
  await server.close();
});

async function start(
  onConnection: (socket: Socket) => void,
  options: Pick<FlowOptions, 'frontend' | 'certificates'> = {},
): Promise<void> {
  server = await startTcpServer(onConnection);
  flow = await startFlow({ backends: [backendConfig([server.port])], ...options });
}

/** Sends more than all buffers on the way hold. */
function flood(socket: Socket): void {
  socket.write(Buffer.alloc(64 * 2 ** 20));
}

/** Waits until the proxy passes on no more. */
async function untilStalled(direction: 'in' | 'out'): Promise<void> {
  const passed = () => flow.counter('teamwork_proxy_tcp_bytes_total', 'flow', 'servers', direction);
  await eventually('bytes that are passed on', async () => (passed() > 0 ? true : undefined));
  await untilStill(passed);
}

describe('while the server takes nothing', () => {
  it('a reset of the client is noticed and passed on', async () => {
    await start((socket) => socket.pause());
    const client = flow.connect();
    flood(client);
    await untilStalled('in');

    client.resetAndDestroy();

    expect(await flow.plane.entry(0)).toMatchObject({ error: 'the client cut the connection' });
    expect(await howItEnds(await server.connection(0))).toBe('ECONNRESET');
    expect(flow.plane.report().connections).toBe(0);
  });

  it('a reset of a client with TLS is noticed as well', async () => {
    const authority = makeAuthority({ name: 'Stalls' });
    const certificate = issue(authority, { commonName: 'localhost', dns: ['localhost'] });
    await start((socket) => socket.pause(), {
      frontend: { protocol: 'TLS', certificates: ['public'] },
      certificates: { public: certificate },
    });
    const socket = net.connect({ host: '127.0.0.1', port: flow.port });
    const client = tls.connect({ socket, ca: authority.rootPem, servername: 'localhost' });
    client.on('error', () => undefined);
    await once(client, 'secureConnect');
    flood(client);
    await untilStalled('in');

    socket.resetAndDestroy();

    expect(await flow.plane.entry(0)).toMatchObject({ error: 'the client cut the connection' });
    expect(await howItEnds(await server.connection(0))).toBe('ECONNRESET');
  });

  it('the idle timeout counts', async () => {
    await start((socket) => socket.pause(), { frontend: { timeouts: { idle: 2_500 } } });
    const client = flow.connect();
    const end = howItEnds(client);
    flood(client);

    expect(await flow.plane.entry(0)).toMatchObject({ error: 'no byte for 2500 ms' });
    expect(await end).toBe('ECONNRESET');
  });
});

describe('while the client takes nothing', () => {
  it('a reset of the server is noticed and passed on', async () => {
    await start(flood);
    const client = flow.connect().pause();
    await untilStalled('out');

    (await server.connection(0)).resetAndDestroy();

    expect(await flow.plane.entry(0)).toMatchObject({ error: 'the server cut the connection' });
    expect(await howItEnds(client)).toBe('ECONNRESET');
  });

  it('a reset of the client is noticed and passed on', async () => {
    await start(flood);
    const client = flow.connect().pause();
    await untilStalled('out');
    const end = howItEnds(await server.connection(0));

    client.resetAndDestroy();

    expect(await flow.plane.entry(0)).toMatchObject({ error: 'the client cut the connection' });
    expect(await end).toBe('ECONNRESET');
  });

  it('the idle timeout counts', async () => {
    await start(flood, { frontend: { timeouts: { idle: 2_500 } } });
    const client = flow.connect().pause();

    expect(await flow.plane.entry(0)).toMatchObject({ error: 'no byte for 2500 ms' });
    expect(await howItEnds(client)).toBe('ECONNRESET');
  });
});
