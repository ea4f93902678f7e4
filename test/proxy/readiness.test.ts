import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { spawnProxy, startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

let proxy: ProxyProcess | null = null;

afterEach(async () => proxy?.remove());

/** Asks again and again until it is stopped, and gives every answer but 200. */
function keepAsking(
  { get }: ProxyProcess,
  path: string,
): { readonly stop: () => Promise<readonly string[]> } {
  const bad: string[] = [];
  const stopped = new AbortController();
  const ask = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const { code, body } = await get(path);
      if (code !== 200) bad.push(body);
    }
  };
  // Several at a time, so that hardly a moment is left out.
  const asking = Promise.all(Array.from({ length: 4 }, ask));
  return {
    async stop() {
      stopped.abort();
      await asking;
      return bad;
    },
  };
}

describe('readiness', () => {
  it('stays while frontends are added: a proxy that is thought unready for a moment loses every client it has', async () => {
    const ports = await Promise.all(Array.from({ length: 12 }, async () => freePort()));
    const config = (count: number) =>
      proxyConfig({
        frontends: ports.slice(0, count).map((port, at) => frontendConfig({ name: `flow-${at}`, port })),
        backends: [backendConfig([1])],
      });
    const running = await startProxy({ config: config(1), args: ['--workers=2'] });
    proxy = running;
    const asking = keepAsking(running, '/readyz');

    for (let count = 2; count <= ports.length; count += 1) {
      await running.reload(config(count));
    }

    expect(await asking.stop()).toEqual([]);
  });
});

describe('/servingz', () => {
  it('says no until a configuration is served, and yes from then on', async () => {
    const port = await freePort();
    const config = proxyConfig({
      frontends: [frontendConfig({ port })],
      backends: [backendConfig([1])],
    });
    proxy = await spawnProxy({ config: '{' });
    const running = proxy;
    const before = await eventually('the admin port', async () => running.get('/servingz'));

    await running.write({ config: JSON.stringify(config) });
    await eventually('a proxy that serves', async () =>
      (await running.get('/servingz')).code === 200 ? true : undefined,
    );
    const asking = keepAsking(running, '/servingz');
    await running.write({ config: '{' });
    await running.until('a refusal', ({ rejected }) => rejected !== null);

    expect(before).toEqual({ code: 503, body: 'no configuration is served yet\n' });
    expect(await asking.stop()).toEqual([]);
  });
});
