import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProxyStatus } from '../../proxy-image/config/status.ts';
import { backendConfig, frontendConfig, healthCheckConfig, proxyConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { connectTcp, roundTrip, startTcpServer } from '../support/tcp.ts';
import type { TcpServer } from '../support/tcp.ts';

const WORKERS = 2;
const INTERVAL = 20;

/** Takes connections and answers `GET` of its health check; everything else it sends back. */
interface CheckedServer {
  readonly server: TcpServer;
  healthy: boolean;
  checks: number;
}

let port: number;
let servers: readonly CheckedServer[];
let proxy: ProxyProcess;
const clients: Socket[] = [];

beforeEach(async () => {
  servers = [await checkedServer(), await checkedServer()];
  port = await freePort();
  const active = healthCheckConfig({ protocol: 'HTTP', path: '/osmc/ping', interval: INTERVAL });
  const ports = servers.map(({ server }) => server.port);
  proxy = await startProxy({
    config: proxyConfig({
      frontends: [frontendConfig({ port })],
      backends: [backendConfig(ports, { health: { active } })],
    }),
    args: [`--workers=${WORKERS}`],
  });
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  await proxy.remove();
  for (const { server } of servers) {
    await server.close();
  }
});

async function checkedServer(): Promise<CheckedServer> {
  const server = await startTcpServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      if (chunk.toString('latin1').startsWith('GET /osmc/ping ')) {
        checked.checks += 1;
        socket.end(`HTTP/1.1 ${checked.healthy ? 200 : 503} Whatever\r\n\r\n`);
      } else {
        socket.write(chunk);
      }
    });
  });
  const checked: CheckedServer = { server, healthy: true, checks: 0 };
  return checked;
}

function states({ backends }: ProxyStatus): readonly string[] {
  return backends.flatMap(({ servers }) => servers.map(({ state }) => state));
}

/** How many new connections each server has got by `count` clients. */
async function spread(count: number): Promise<readonly number[]> {
  const before = servers.map(({ server, checks }) => server.connections.length - checks);
  for (let index = 0; index < count; index += 1) {
    const client = await connectTcp(port);
    clients.push(client);
    await roundTrip(client, 'hello');
  }
  return servers.map(
    ({ server, checks }, index) => server.connections.length - checks - (before[index] ?? 0),
  );
}

describe('health checks of a proxy with several workers', () => {
  it('keep all workers from a server that is down, and tell why', async () => {
    const [first] = servers;
    await proxy.until('servers that are up', (status) => states(status).join() === 'Up,Up');
    (first as CheckedServer).healthy = false;

    const status = await proxy.until('a server that is down', (current) => states(current).includes('Down'));
    const [sick] = await spread(20);

    expect(status.backends[0]?.servers[0]?.message).toBe(
      'health check: it answers GET /osmc/ping with 503, expected is 200 to 399',
    );
    // A check that was on its way is counted as a connection before it is counted as a check.
    expect(sick).toBeLessThanOrEqual(1);
  });

  it('tell a worker that is started later, too', async () => {
    const [first] = servers;
    (first as CheckedServer).healthy = false;
    const { workers } = await proxy.until('a server that is down', (status) =>
      states(status).includes('Down'),
    );
    for (const { pid } of workers) {
      process.kill(pid, 'SIGKILL');
    }

    const status = await proxy.until('new workers that know', (current) => {
      const fresh = current.workers.filter(({ pid }) => !workers.some((old) => old.pid === pid));
      const serving = fresh.length === WORKERS && fresh.every(({ configHash }) => configHash !== null);
      return serving && states(current).length > 0;
    });

    expect(states(status)).toEqual(['Down', 'Up']);
  });

  it('ask each server once for all workers, and are counted', async () => {
    await proxy.until('servers that are up', (status) => states(status).join() === 'Up,Up');

    const { body } = await proxy.get('/metrics');

    const [server] = servers;
    const label = `127.0.0.1:${server?.server.port}`;
    expect(body).toContain(`teamwork_proxy_server_addresses_up{backend="servers",server="${label}"} 1`);
    const counted = new RegExp(
      `^teamwork_proxy_health_checks_total\\{.*${label}.*result="passed"\\} (\\d+)$`,
      'm',
    );
    expect(Number(counted.exec(body)?.[1])).toBeLessThanOrEqual(server?.checks ?? 0);
  });
});
