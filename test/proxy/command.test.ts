import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { runProxy, spawnProxy, startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { freePort } from '../cluster/process/free-port.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

let folder: string;
let file: string;
let proxy: ProxyProcess | null;
let squatter: Server | null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-'));
  file = join(folder, 'config.json');
  proxy = null;
  squatter = null;
});

afterEach(async () => {
  await proxy?.remove();
  squatter?.close();
  await rm(folder, { recursive: true });
});

async function config(frontend: Parameters<typeof frontendConfig>[0] = {}) {
  return proxyConfig({
    frontends: [frontendConfig({ port: await freePort(), ...frontend })],
    backends: [backendConfig([1])],
  });
}

/** Listens on a port, so that the proxy can't. */
async function takePort(): Promise<number> {
  squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  return (squatter.address() as AddressInfo).port;
}

describe('the command', () => {
  it('is content with --check and a good configuration', async () => {
    await writeFile(file, JSON.stringify(await config()));

    const result = await runProxy(['--check', '--config', file]);

    expect(result).toEqual({ code: 0, stdout: `${file} is in order\n`, stderr: '' });
  });

  it('lists with --check everything that is wrong', async () => {
    await writeFile(file, JSON.stringify({ ...(await config({ backend: 'none' })), accessLog: 'Some' }));

    const result = await runProxy(['--check', '--config', file]);

    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'accessLog: is "Some": give one of "Off", "Errors", "All"\n' +
        'frontends[0].backend: there is no backend "none": add it, or name one of servers\n',
    });
  });

  it('explains itself with --help', async () => {
    expect(await runProxy(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--drain-timeout TIME'),
    });
  });

  it('refuses options that it can not use', async () => {
    const result = await runProxy(['--workers=many']);

    expect(result).toEqual({
      code: 2,
      stdout: '',
      stderr: '--workers: "many" is not a number of workers: give 1 to 999, or auto\n',
    });
  });

  it('ends when its admin port is taken', async () => {
    const port = await takePort();

    const { code, stderr } = await runProxy(['--config', file, '--admin', `127.0.0.1:${port}`]);

    expect(code).toBe(1);
    expect(stderr).toContain('choose another address or port with --admin');
  });
});

describe('the admin listener', () => {
  it('is there before the configuration, which is served as soon as it comes', async () => {
    proxy = await spawnProxy({});
    const { get, until, write } = proxy;
    await eventually('a healthy proxy', async () =>
      (await get('/healthz')).code === 200 ? true : undefined,
    );

    const waiting = await until('a proxy that waits', ({ rejected }) => rejected !== null);
    const ready = await get('/readyz');
    await write({ config: await config() });
    const serving = await until('a proxy that serves', ({ phase }) => phase === 'Serving');

    expect(waiting).toMatchObject({
      phase: 'Starting',
      configHash: null,
      rejected: { configHash: null, kind: 'Waiting' },
    });
    expect(ready).toMatchObject({
      code: 503,
      body: expect.stringContaining('no configuration is served yet\n: there is no file'),
    });
    expect(serving).toMatchObject({ rejected: null, frontends: [{ name: 'flow', state: 'Listening' }] });
  });

  it('is not ready while a frontend is not listened on, and says why', async () => {
    const port = await takePort();
    proxy = await spawnProxy({ config: await config({ port }) });
    const { get, until, log } = proxy;
    await until('a frontend that fails', ({ frontends }) => frontends[0]?.state === 'Failed');

    const ready = await get('/readyz');
    const logged = await eventually('a line in the log', async () =>
      log.find(({ msg }) => msg.startsWith('frontend is not listened on')),
    );
    squatter?.close();

    expect(ready).toMatchObject({
      code: 503,
      body: expect.stringContaining(`frontend flow is not listened on: EADDRINUSE: port ${port}`),
    });
    expect(logged).toMatchObject({ level: 'error', frontend: 'flow' });
    await until('a frontend that is listened on', ({ frontends }) => frontends[0]?.state === 'Listening');
  });

  it('shows metrics in the text format of Prometheus', async () => {
    proxy = await startProxy({ config: await config() });

    const { code, body } = await proxy.get('/metrics');

    expect(code).toBe(200);
    expect(body).toContain(
      '# TYPE teamwork_proxy_connections_total counter\nteamwork_proxy_connections_total{frontend="flow"} 0\n',
    );
    expect(
      body.split('\n').filter((line) => !/^(?:#.*|[a-z_]+(?:\{.*\})? [-+.eInf\d]+|)$/.test(line)),
    ).toEqual([]);
  });

  it.each([
    ['/', 404],
    ['/statusx', 404],
    ['/status?x=1', 200],
  ])('answers %s with %d', async (path, code) => {
    proxy = await startProxy({ config: await config() });

    expect((await proxy.get(path)).code).toBe(code);
  });
});

describe('the supervisor', () => {
  it('takes its workers with it when it is killed', async () => {
    proxy = await startProxy({ config: await config(), args: ['--workers=2'] });
    const { workers } = await proxy.status();

    proxy.kill('SIGKILL');

    const alive = (pid: number): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    const gone = await eventually('the end of its workers', async () =>
      workers.some(({ pid }) => alive(pid)) ? undefined : true,
    );
    expect(gone).toBe(true);
  });
});
