import { afterEach, describe, expect, it } from '@jest/globals';
import { backendConfig } from '../../test/support/proxy-config.ts';
import { freePort } from '../../test/cluster/process/free-port.ts';
import { startTcpServer, type TcpServer } from '../../test/support/tcp.ts';
import type { BackendConfig } from '../config/types.ts';
import { CheckBoard } from './checks/board.ts';
import type { UpstreamError } from './errors.ts';
import type { ConnectRequest, Upstream, UpstreamConnection } from './types.ts';
import { buildUpstream, type UpstreamEnvironment } from './upstream.ts';

const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
});

async function server(): Promise<TcpServer> {
  const started = await startTcpServer();
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

function connecting(to: Upstream): Promise<UpstreamConnection> {
  return new Promise((resolve, reject) => {
    to.connect(request(), { connected: resolve, notConnected: reject });
  });
}

async function connect(to: Upstream): Promise<UpstreamConnection> {
  const connection = await connecting(to);
  closers.push(() => void connection.socket.destroy());
  return connection;
}

describe('weights', () => {
  it('share out connections', async () => {
    const [light, heavy, drained] = [await server(), await server(), await server()];
    const servers = [
      { host: '127.0.0.1', port: light.port },
      { host: '127.0.0.1', port: heavy.port, weight: 3 },
      { host: '127.0.0.1', port: drained.port, weight: 0 },
    ];
    const to = upstream(backendConfig([], { servers }));

    for (let index = 0; index < 8; index += 1) {
      await connect(to);
    }

    await light.connection(1);
    await heavy.connection(5);
    expect([light, heavy, drained].map(({ connections }) => connections.length)).toEqual([2, 6, 0]);
  });

  it('of 0 do not keep a server from being the last resort', async () => {
    const [refusing, { port }] = [await freePort(), await server()];
    const servers = [
      { host: '127.0.0.1', port: refusing },
      { host: '127.0.0.1', port, weight: 0 },
    ];

    const { server: chosen } = await connect(upstream(backendConfig([], { servers })));

    expect(chosen.port).toBe(port);
  });
});

describe('a sticky cookie', () => {
  const stickyCookie = { name: 'twp', sameSite: 'Lax', key: 'c'.repeat(64) } as const;

  async function tokens(to: Upstream, count: number): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (let index = 0; index < count; index += 1) {
      const connection = await to.open(request());
      closers.push(() => connection.destroy());
      found.set(connection.stickyToken ?? '', connection.server.port);
    }
    return found;
  }

  async function chosen(to: Upstream, stickyToken: string): Promise<number> {
    const connection = await to.open(request({ stickyToken }));
    closers.push(() => connection.destroy());
    return connection.server.port;
  }

  it('keeps a client with its server, in every upstream that is configured alike', async () => {
    const ports = [(await server()).port, (await server()).port, (await server()).port];
    const config = backendConfig(ports, { protocol: 'HTTP', stickyCookie });
    const known = await tokens(upstream(config), 3);
    const other = upstream(config, { firstTurn: 1 });

    for (const [token, port] of known) {
      expect([await chosen(other, token), await chosen(other, token)]).toEqual([port, port]);
    }
    expect(known.size).toBe(3);
  });

  it('counts before weights, so that a server of weight 0 keeps its clients', async () => {
    const [first, second] = [(await server()).port, (await server()).port];
    const config = backendConfig([first, second], { protocol: 'HTTP', stickyCookie });
    const [[token, port] = ['', 0]] = await tokens(upstream(config), 1);
    const servers = config.servers.map((entry) => ({ ...entry, weight: entry.port === port ? 0 : 1 }));
    const drained = upstream({ ...config, servers });

    expect(await chosen(drained, token)).toBe(port);
    expect(await chosen(drained, 'another')).not.toBe(port);
  });

  it('is not followed to a server that is down', async () => {
    const [up, down] = [await server(), await server()];
    const config = backendConfig([up.port, down.port], { protocol: 'HTTP', stickyCookie });
    const to = upstream(config);
    const token = [...(await tokens(to, 2))].find(([, port]) => port === down.port)?.[0] ?? '';
    await down.close();

    expect([await chosen(to, token), await chosen(to, token)]).toEqual([up.port, up.port]);
  });

  it('is nothing without being configured', async () => {
    const { port } = await server();

    expect([...(await tokens(upstream(backendConfig([port], { protocol: 'HTTP' })), 1)).keys()]).toEqual([
      '',
    ]);
  });
});

describe('limits', () => {
  const limits = { connections: 2, queueTimeout: 60_000 };

  it('send clients to another server when one has all its connections', async () => {
    const [first, second] = [await server(), await server()];
    const config = backendConfig([first.port, second.port], { limits, balance: 'SourceAddress' });
    const to = upstream(config);

    const chosen = [await connect(to), await connect(to), await connect(to)].map((one) => one.server.port);

    expect(chosen[1]).toBe(chosen[0]);
    expect(chosen[2]).not.toBe(chosen[0]);
  });

  it('let clients wait for a connection to be released, in their order', async () => {
    const { port } = await server();
    const to = upstream(backendConfig([port], { limits }));
    const [first, second] = [await connect(to), await connect(to)];
    const served: string[] = [];
    const waiting = ['a', 'b'].map(async (name) => {
      await connect(to);
      served.push(name);
    });

    first.release();
    await waiting[0];
    const before = [...served];
    second.release();
    await waiting[1];

    expect([before, served]).toEqual([['a'], ['a', 'b']]);
  });

  it('let requests wait for an exchange to end, and give them its connection', async () => {
    const { port, connections } = await server();
    const to = upstream(backendConfig([port], { protocol: 'HTTP', limits: { ...limits, connections: 1 } }));
    const first = await to.open(request());
    const refused = to.takeIdle(request());
    const waiting = to.open(request());

    first.destroy();
    const second = await waiting;
    closers.push(() => second.destroy());

    expect(refused).toBeNull();
    expect(second.socket.remotePort).toBe(port);
    expect(connections.length).toBeLessThanOrEqual(2);
  });

  it('count connections that are being made, so that a burst stays below them', async () => {
    const busy = await server();
    const to = upstream(backendConfig([busy.port], { limits }));
    const burst = [0, 1, 2, 3].map(async () => connect(to));
    const first = await Promise.all(burst.slice(0, 2));
    await busy.connection(1);

    const during = busy.connections.length;
    for (const one of first) {
      one.release();
    }
    await Promise.all(burst);

    expect(during).toBe(2);
  });

  it('send away who has waited too long', async () => {
    const { port } = await server();
    const to = upstream(backendConfig([port], { limits: { connections: 1, queueTimeout: 1 } }));
    await connect(to);

    await expect(connect(to)).rejects.toMatchObject({
      kind: 'ServersBusy',
      message: expect.stringContaining('limits.connections'),
    });
  });

  it('do not send clients to a server that is down while the others are busy', async () => {
    const [healthy, sick] = [await server(), await server()];
    const checks = new CheckBoard();
    const to = upstream(
      backendConfig([healthy.port, sick.port], { limits: { connections: 1, queueTimeout: 1 } }),
      {
        checks,
      },
    );
    checks.update([
      {
        backend: 'servers',
        server: `127.0.0.1:${sick.port}`,
        address: '127.0.0.1',
        verdict: { up: false, message: 'refused' },
      },
    ]);
    await connect(to);

    await expect(connect(to)).rejects.toMatchObject({ kind: 'ServersBusy' });
  });

  it('are shared by the workers', async () => {
    const { port } = await server();
    const to = upstream(backendConfig([port], { limits: { connections: 5, queueTimeout: 1 } }), {
      workers: 4,
    });
    await connect(to);

    await expect(connect(to)).rejects.toMatchObject({ kind: 'ServersBusy' });
  });
});

describe('retries', () => {
  it('end when too many were made', async () => {
    const ports = [await freePort(), await freePort()];
    const to = upstream(backendConfig(ports), { now: () => 0 });
    const attempts: number[] = [];

    for (let index = 0; index < 40; index += 1) {
      const error: unknown = await connect(to).catch((reason: unknown) => reason);
      attempts.push((error as UpstreamError).attempts.length);
    }

    expect(attempts.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 2));
    expect(attempts.slice(30).filter((count) => count === 2)).toHaveLength(2);
  });
});

describe('a server that has come back', () => {
  it('gets a tenth of its share at first, and all of it in the end', async () => {
    const ports = [(await server()).port, (await server()).port] as const;
    const checks = new CheckBoard();
    let now = 0;
    const config = backendConfig(ports, { health: { slowStart: 10_000 } });
    const to = upstream(config, { checks, now: () => now });
    const verdicts = (up: boolean) => [
      {
        backend: 'servers',
        server: `127.0.0.1:${ports[0]}`,
        address: '127.0.0.1',
        verdict: up ? ({ up } as const) : ({ up, message: 'refused' } as const),
      },
    ];
    const share = async (): Promise<number> => {
      const chosen: number[] = [];
      for (let index = 0; index < 20; index += 1) {
        chosen.push((await connect(to)).server.port);
      }
      return chosen.filter((port) => port === ports[0]).length;
    };
    now = 60_000;
    checks.update(verdicts(false));
    const down = await share();

    checks.update(verdicts(true));
    const back = await share();
    now += 10_000;
    const whole = await share();

    expect([down, back]).toEqual([0, 2]);
    expect(whole).toBeGreaterThanOrEqual(9);
  });
});
