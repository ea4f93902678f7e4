import { afterEach, describe, expect, it } from '@jest/globals';
import { backendConfig } from '../../test/support/proxy-config.ts';
import { freePort } from '../../test/cluster/process/free-port.ts';
import { startTcpServer, type TcpServer } from '../../test/support/tcp.ts';
import type { BackendConfig } from '../config/types.ts';
import { Registry } from '../metrics/registry.ts';
import { CheckBoard } from './checks/board.ts';
import { UpstreamError } from './errors.ts';
import { declareUpstreamMetrics } from './metrics.ts';
import type { ConnectRequest, Upstream, UpstreamConnection } from './types.ts';
import { buildUpstream, type UpstreamEnvironment } from './upstream.ts';

const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
});

async function server(onConnection?: Parameters<typeof startTcpServer>[0]): Promise<TcpServer> {
  const started = await startTcpServer(onConnection);
  closers.push(async () => started.close());
  return started;
}

function upstream(config: BackendConfig, environment: Partial<UpstreamEnvironment> = {}): Upstream {
  return buildUpstream(config, [], { firstTurn: 0, ...environment });
}

function request(parts: Partial<ConnectRequest> = {}): ConnectRequest {
  return {
    sourceAddress: '192.0.2.1',
    connectTimeout: 5_000,
    signal: new AbortController().signal,
    ...parts,
  };
}

function connecting(to: Upstream, parts?: Partial<ConnectRequest>): Promise<UpstreamConnection> {
  return new Promise((resolve, reject) => {
    to.connect(request(parts), { connected: resolve, notConnected: reject });
  });
}

async function connect(to: Upstream, parts?: Partial<ConnectRequest>): Promise<UpstreamConnection> {
  const connection = await connecting(to, parts);
  closers.push(() => void connection.socket.destroy());
  return connection;
}

async function failure(to: Upstream, parts?: Partial<ConnectRequest>): Promise<UpstreamError> {
  const error: unknown = await connecting(to, parts).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UpstreamError);
  return error as UpstreamError;
}

describe('connect', () => {
  it('connects to a server', async () => {
    const { port } = await server((socket) => socket.end('hello'));

    const { socket, server: chosen } = await connect(upstream(backendConfig([port])));

    expect(chosen).toEqual({ host: '127.0.0.1', port });
    expect(socket.allowHalfOpen).toBe(true);
    expect(String((await socket.toArray())[0])).toBe('hello');
  });

  it('tries the next server when one refuses, and avoids the first one from then on', async () => {
    const refusing = await freePort();
    const { port } = await server();
    const to = upstream(backendConfig([refusing, port]));

    const chosen = [await connect(to), await connect(to), await connect(to)].map((one) => one.server.port);

    expect(chosen).toEqual([port, port, port]);
    expect(to.status()).toEqual([
      {
        host: '127.0.0.1',
        port: refusing,
        state: 'Down',
        message: expect.stringContaining('nothing listens'),
        connections: 0,
      },
      { host: '127.0.0.1', port, state: 'Up', connections: 3 },
    ]);
  });

  it('says for each server why it could not be reached', async () => {
    const ports = [await freePort(), await freePort()];

    const error = await failure(upstream(backendConfig(ports)));

    expect(error.kind).toBe('ConnectFailed');
    expect(error.attempts.map(({ server: tried }) => tried)).toEqual(
      ports.map((port) => `127.0.0.1:${port}`),
    );
    expect(error.message).toContain(`nothing listens on 127.0.0.1 port ${ports[0]}`);
  });

  it('tries a server that is down when there is no other', async () => {
    const port = await freePort();
    const to = upstream(backendConfig([port]));
    await failure(to);

    const error = await failure(to);

    expect(error.attempts).toHaveLength(1);
  });

  it('gives up when the client has gone', async () => {
    const { port } = await server();
    const signal = AbortSignal.abort();

    const error = await failure(upstream(backendConfig([port])), { signal });

    expect(error.kind).toBe('Cancelled');
  });

  it('sends the clients of one address to one server', async () => {
    const ports = [(await server()).port, (await server()).port, (await server()).port];
    const to = upstream(backendConfig(ports, { balance: 'SourceAddress' }));

    const chosen = [await connect(to), await connect(to), await connect(to)].map((one) => one.server.port);

    expect(new Set(chosen).size).toBe(1);
  });

  it('counts open connections until they are released', async () => {
    const ports = [(await server()).port, (await server()).port];
    const to = upstream(backendConfig(ports, { balance: 'LeastConnections' }));
    const first = await connect(to);
    const second = await connect(to);

    second.release();
    second.release();
    const third = await connect(to);

    expect(second.server).not.toEqual(first.server);
    expect(third.server).toEqual(second.server);
  });

  it('counts attempts by how they ended', async () => {
    const registry = new Registry();
    const refusing = await freePort();
    const { port } = await server();
    const to = upstream(backendConfig([refusing, port]), { metrics: declareUpstreamMetrics(registry) });

    await connect(to);

    expect(registry.snapshot()[0]?.series).toEqual([
      { labels: ['servers', `127.0.0.1:${refusing}`, 'ConnectFailed'], value: 1 },
      { labels: ['servers', `127.0.0.1:${port}`, 'Connected'], value: 1 },
    ]);
  });
});

describe('health checks', () => {
  function verdict(port: number, up: boolean) {
    return {
      backend: 'servers',
      server: `127.0.0.1:${port}`,
      address: '127.0.0.1',
      verdict: up ? ({ up } as const) : ({ up, message: 'health check: no answer' } as const),
    };
  }

  it('that find a server down take it out of balancing until they find it up', async () => {
    const ports = [(await server()).port, (await server()).port] as const;
    const checks = new CheckBoard();
    const to = upstream(backendConfig(ports), { checks });

    checks.update([verdict(ports[0], false), verdict(ports[1], true)]);
    const during = [await connect(to), await connect(to)].map((one) => one.server.port);
    const status = to.status();
    checks.update([verdict(ports[0], true), verdict(ports[1], true)]);
    const after = [await connect(to), await connect(to), await connect(to)].map((one) => one.server.port);

    expect(during).toEqual([ports[1], ports[1]]);
    expect(status).toEqual([
      {
        host: '127.0.0.1',
        port: ports[0],
        state: 'Down',
        message: 'health check: no answer',
        connections: 0,
      },
      { host: '127.0.0.1', port: ports[1], state: 'Up', connections: 2 },
    ]);
    expect(new Set(after)).toEqual(new Set(ports));
  });

  it('that find all servers down leave them all in', async () => {
    const ports = [(await server()).port, (await server()).port] as const;
    const checks = new CheckBoard();
    checks.update(ports.map((port) => verdict(port, false)));

    const { server: chosen } = await connect(upstream(backendConfig(ports), { checks }));

    expect(ports).toContain(chosen.port);
  });

  it('that pass after a connection has failed say that the server is up again', async () => {
    const port = await freePort();
    const checks = new CheckBoard();
    let now = 0;
    const to = upstream(backendConfig([port]), { checks, now: () => now });
    await failure(to);
    const failed = to.status()[0]?.state;

    now = 10_000;
    checks.update([verdict(port, true)]);

    expect([failed, to.status()[0]?.state]).toEqual(['Down', 'Up']);
  });
});

describe('names', () => {
  const LOOPBACK = [{ address: '127.0.0.1', family: 4 }];

  function named(port: number): BackendConfig {
    return backendConfig([], { servers: [{ host: 'twc.internal', port }] });
  }

  it('are resolved before the first client comes', async () => {
    const { port } = await server();
    const asked: string[] = [];
    const lookup = async (host: string) => {
      asked.push(host);
      return LOOPBACK;
    };

    const to = upstream(named(port), { lookup });

    expect(asked).toEqual(['twc.internal']);
    expect((await connect(to)).server).toEqual({ host: 'twc.internal', port });
  });

  it('that resolve to several addresses are several servers', async () => {
    const { port } = await server();
    const lookup = async () => [{ address: '127.0.0.2', family: 4 }, ...LOOPBACK];

    const connection = await connect(upstream(named(port), { lookup }));

    expect(connection.socket.remoteAddress).toBe('127.0.0.1');
  });

  it('that can not be resolved are said to be down, with what to do', async () => {
    const lookup = async () => {
      throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
    };
    const to = upstream(named(1), { lookup });

    const error = await failure(to);

    expect(error.kind).toBe('NoServer');
    expect(error.message).toContain("twc.internal can't be resolved (ENOTFOUND)");
    expect(to.status()).toEqual([
      {
        host: 'twc.internal',
        port: 1,
        state: 'Down',
        message: expect.stringContaining('ENOTFOUND'),
        connections: 0,
      },
    ]);
  });

  it('that are still being looked up are waited for only when no other server is left', async () => {
    const { port } = await server();
    const answer = Promise.withResolvers<typeof LOOPBACK>();
    const config = backendConfig([], {
      servers: [
        { host: 'slow.internal', port },
        { host: '127.0.0.1', port },
      ],
    });
    const to = upstream(config, { lookup: async () => answer.promise });

    const connection = await connect(to);

    expect(connection.server.host).toBe('127.0.0.1');
    answer.resolve(LOOPBACK);
  });

  it('prefer IPv4 where a server has both, and count as one server', async () => {
    const { port } = await server();
    const lookup = async () => [{ address: '::1', family: 6 }, ...LOOPBACK];
    const to = upstream(named(port), { lookup });

    const chosen = [await connect(to), await connect(to)].map(({ socket }) => socket.remoteAddress);

    expect(chosen).toEqual(['127.0.0.1', '127.0.0.1']);
  });
});
