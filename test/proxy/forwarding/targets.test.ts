import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ForwardStatus } from '../../../proxy-image/config/status.ts';
import { freePort } from '../../cluster/process/free-port.ts';
import { eventually } from '../../support/eventually.ts';
import { proxyConfig } from '../../support/proxy-config.ts';
import { startProxy } from '../../support/proxy-process.ts';
import type { ProxyProcess } from '../../support/proxy-process.ts';
import { setNames } from './names.ts';
import { ask, forwarding, record } from './recorder.ts';

jest.setTimeout(60_000);

/** More than are shown or counted one by one. */
const MADE_UP = Array.from({ length: 40 }, (_, index) => `a${index}.apps.example.com`);

/** Stands in all requests, where credentials and data do. */
const PLANTED = 'planted';

describe('targets that requests have named', () => {
  const cleanup = new AsyncDisposableStack();
  let [proxy, port, serverPort, closedPort]: [ProxyProcess, number, number, number] = [] as never;

  beforeAll(async () => {
    const server = await record('127.0.0.1');
    cleanup.defer(() => server.close());
    serverPort = server.port;
    [port, closedPort] = [await freePort(), await freePort()];
    const names = await setNames({
      'private.apps.example.com': [['10.0.0.1']],
      '*': [['127.0.0.1']],
    });
    cleanup.defer(() => names.remove());
    const forward = {
      port: serverPort,
      allowedHosts: [
        'tm1.example.com',
        `down.example.com:${closedPort}`,
        'unused.example.com',
        '*.apps.example.com',
      ],
      allowedAddresses: ['127.0.0.0/8'],
    };
    proxy = await startProxy({
      config: proxyConfig({ frontends: [forwarding('names', port, forward)] }),
      args: ['--workers', '1'],
      env: names.env,
    });
    cleanup.defer(() => proxy.remove());
  });

  afterAll(async () => {
    await cleanup.disposeAsync();
  });

  const askFor = async (name: string): Promise<number> =>
    ask(port, `/${name}/${PLANTED}?${PLANTED}=${PLANTED}`);

  const forwards = async (): Promise<readonly ForwardStatus[]> => (await proxy.status()).forwards;

  /** Values of the counter, as `target result value`. */
  const counted = async (): Promise<readonly string[]> => {
    const { body } = await proxy.get('/metrics');
    const line =
      /^teamwork_proxy_http_target_requests_total\{frontend="names",target="([^"]*)",result="([^"]*)"\} (\d+)$/gm;
    return [...body.matchAll(line)].map(([, target, result, value]) => `${target} ${result} ${value}`);
  };

  it('are told one by one: which were reached, which were not, and why', async () => {
    expect(await forwards()).toEqual([{ frontend: 'names', path: '/', targets: [], others: 0 }]);

    expect(await askFor('tm1.example.com')).toBe(200);
    expect(await askFor(`down.example.com:${closedPort}`)).toBe(503);
    expect(await askFor('private.apps.example.com')).toBe(403);
    expect(await askFor('www.example.org')).toBe(403);

    const askedAt = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(await forwards()).toEqual([
      {
        frontend: 'names',
        path: '/',
        targets: [
          {
            host: 'down.example.com',
            port: closedPort,
            state: 'Down',
            message: expect.stringContaining(`nothing listens on 127.0.0.1 port ${closedPort}`),
            askedAt,
          },
          { host: 'tm1.example.com', port: serverPort, state: 'Up', askedAt },
          {
            host: 'private.apps.example.com',
            port: serverPort,
            state: 'Down',
            message: 'private.apps.example.com leads to 10.0.0.1, where requests may not go',
            askedAt,
          },
        ],
        others: 0,
      },
    ]);
  });

  it('are counted one by one, by how their requests ended', async () => {
    const wanted = [
      `tm1.example.com:${serverPort} 2xx 1`,
      `down.example.com:${closedPort} ConnectFailed 1`,
      // No entry names it, and nobody has answered by this name.
      'other AddressRefused 1',
    ];

    await eventually('the counts', async () => {
      const counts = await counted();
      return wanted.every((line) => counts.includes(line)) || undefined;
    });
    expect(await counted()).toHaveLength(wanted.length);
  });

  it('are told and counted up to a number, whatever clients make up', async () => {
    for (const name of MADE_UP) {
      expect(await askFor(name)).toBe(200);
    }

    const [route] = await forwards();
    const targets = (await counted()).map((line) => line.split(' ', 1)[0]);
    expect(route?.targets).toHaveLength(32);
    expect(route?.targets.slice(0, 3).map(({ host }) => host)).toEqual([
      'down.example.com',
      'tm1.example.com',
      'a39.apps.example.com',
    ]);
    expect(route?.others).toBe(2 + 1 + MADE_UP.length - 32);
    expect(new Set(targets).size).toBe(2 + 32 + 1);
    expect(await counted()).toContain('other 2xx 8');
  });

  it('are told and counted by host and port alone', async () => {
    const [status, metrics] = [await proxy.get('/status'), await proxy.get('/metrics')];

    expect(`${status.body}${metrics.body}`).not.toContain(PLANTED);
    // What was refused by its name is no target.
    expect(`${status.body}${metrics.body}`).not.toContain('www.example.org');
  });
});
