import { describe, expect, it, jest } from '@jest/globals';
import type { ProxyConfig } from '../../proxy-image/config/types.ts';
import { roundTrip, startEchoServer } from '../support/tcp.ts';
import { metric } from './support/processes.ts';
import { scenes } from './support/scene.ts';
import type { Scene } from './support/scene.ts';

// The test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

const set = scenes();

type Break = (config: ProxyConfig) => unknown;

/** Replaces parts of one entry of a list. */
function changed<T>(list: readonly T[], index: number, parts: object): readonly T[] {
  return list.map((entry, at) => (at === index ? { ...entry, ...parts } : entry));
}

const BROKEN: readonly (readonly [what: string, path: string, kind: 'Invalid' | 'Waiting', make: Break])[] = [
  ['an empty file', '', 'Invalid', () => ''],
  ['half a file', '', 'Invalid', (config) => JSON.stringify(config).slice(0, 200)],
  ['no object', '', 'Invalid', () => '[]'],
  ['another version', 'version', 'Invalid', (config) => ({ ...config, version: 2 })],
  ['no backends', 'backends', 'Invalid', (config) => ({ ...config, backends: undefined })],
  ['an unknown key', 'colour', 'Invalid', (config) => ({ ...config, colour: 'red' })],
  [
    'a backend that is not there',
    'frontends[0].backend',
    'Invalid',
    (config) => ({ ...config, frontends: changed(config.frontends, 0, { backend: 'none' }) }),
  ],
  [
    'a certificate that is not there',
    'frontends[2].certificates[0]',
    'Invalid',
    (config) => ({ ...config, frontends: changed(config.frontends, 2, { certificates: ['none'] }) }),
  ],
  [
    'a port out of range',
    'frontends[0].port',
    'Invalid',
    (config) => ({ ...config, frontends: changed(config.frontends, 0, { port: 65_536 }) }),
  ],
  [
    'two frontends on one port',
    'frontends[1]',
    'Invalid',
    (config) => ({ ...config, frontends: changed(config.frontends, 1, { port: config.frontends[0]?.port }) }),
  ],
  [
    'two backends of one name',
    'backends[1].name',
    'Invalid',
    (config) => ({ ...config, backends: changed(config.backends, 1, { name: config.backends[0]?.name }) }),
  ],
  [
    'a backend without servers',
    'backends[0].servers',
    'Invalid',
    (config) => ({ ...config, backends: changed(config.backends, 0, { servers: [] }) }),
  ],
  [
    'a text for a number',
    'frontends[0].timeouts',
    'Invalid',
    (config) => ({ ...config, frontends: changed(config.frontends, 0, { timeouts: '5s' }) }),
  ],
  [
    'a chain file that is missing',
    'certificates[0].chainFile',
    'Waiting',
    (config) => ({ ...config, certificates: changed(config.certificates, 0, { chainFile: 'missing.crt' }) }),
  ],
  [
    'a chain that is not the one meant',
    'certificates[0].chainSha256',
    'Waiting',
    (config) => ({
      ...config,
      certificates: changed(config.certificates, 0, { chainSha256: '0'.repeat(64) }),
    }),
  ],
];

describe('a configuration that is broken', () => {
  it('in any of many ways is refused with its place; the old one serves on, and status and metrics say so', async () => {
    const echo = await startEchoServer();
    set.after(async () => echo.close());
    const scene = await set.start({ tcp: [echo.port] });
    const established = await set.tcp(scene.ports.flow);
    const good = await scene.proxy.status();

    for (const [what, path, kind, make] of BROKEN) {
      const outcome = await present(scene, make(scene.config));

      expect({ what, ...outcome }).toEqual({
        what,
        kind,
        paths: expect.arrayContaining([expect.stringContaining(path)]),
        served: good.configHash,
        current: 0,
      });
      expect(await roundTrip(established, what)).toBe(what);
      expect(await roundTrip(await set.tcp(scene.ports.flow), what)).toBe(what);
    }

    await scene.proxy.write({ config: { ...scene.config, accessLog: 'Errors' } });
    const mended = await scene.proxy.until('the mended one', ({ rejected }) => rejected === null);
    expect(mended.configHash).not.toBe(good.configHash);
    expect(await metric(scene.proxy, 'teamwork_proxy_config_current')).toBe(1);
    expect(await roundTrip(established, 'still')).toBe('still');
  });
});

/** Writes it, and says what the proxy makes of it. */
async function present({ proxy }: Scene, config: unknown) {
  const before = (await proxy.status()).rejected?.configHash;
  await proxy.write({ config: typeof config === 'string' ? config : JSON.stringify(config) });
  const { rejected, configHash } = await proxy.until(
    'another refusal',
    ({ rejected: now }) => now !== null && now.configHash !== before,
  );
  return {
    kind: rejected?.kind,
    paths: rejected?.errors.map((error) => error.path),
    served: configHash,
    current: await metric(proxy, 'teamwork_proxy_config_current'),
  };
}
