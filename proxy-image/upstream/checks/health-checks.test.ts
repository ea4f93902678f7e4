import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.ts';
import { backendConfig, healthCheckConfig, proxyConfig } from '../../../test/support/proxy-config.ts';
import { freePort } from '../../../test/cluster/process/free-port.ts';
import { startTcpServer, type TcpServer } from '../../../test/support/tcp.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { BackendConfig } from '../../config/types.ts';
import type { Address } from '../resolver.ts';
import type { CheckEnvironment } from './backend-checks.ts';
import { HealthChecks } from './health-checks.ts';

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

function checks(environment: Partial<CheckEnvironment> = {}): HealthChecks {
  const made = new HealthChecks({
    lookup: async () => [],
    random: () => 0,
    onResult: () => undefined,
    onChange: () => undefined,
    ...environment,
  });
  closers.push(() => made.stop());
  return made;
}

function loaded(...backends: readonly BackendConfig[]): LoadedConfig {
  const config = proxyConfig({ backends });
  return { config, hash: '', digest: '', certificates: new Map(), trust: new Map() };
}

function checked(ports: readonly number[], parts: Partial<BackendConfig> = {}): BackendConfig {
  return backendConfig(ports, { health: { active: healthCheckConfig({ interval: 5 }) }, ...parts });
}

/** The verdicts, as `server address up` or `down`. */
function verdicts(of: HealthChecks): readonly string[] {
  return of
    .verdicts()
    .map(({ server, address, verdict }) => `${server} ${address} ${verdict.up ? 'up' : 'down'}`);
}

/** Waits until the verdicts fulfil a condition, and gives them. */
async function verdictsWhen(
  of: HealthChecks,
  condition: (list: readonly string[]) => boolean,
): Promise<readonly string[]> {
  return eventually('other verdicts', async () => (condition(verdicts(of)) ? verdicts(of) : undefined));
}

describe('health checks', () => {
  it('find out which servers are up, again and again', async () => {
    const [first, second] = [await server(), await server()];
    const all = checks();
    all.apply(loaded(checked([first.port, second.port])));
    const before = await verdictsWhen(all, (list) => list.length === 2);

    await second.close();
    const after = await verdictsWhen(all, (list) => list.some((entry) => entry.endsWith('down')));

    expect(before).toEqual([`127.0.0.1:${first.port} 127.0.0.1 up`, `127.0.0.1:${second.port} 127.0.0.1 up`]);
    expect(after).toEqual([
      `127.0.0.1:${first.port} 127.0.0.1 up`,
      `127.0.0.1:${second.port} 127.0.0.1 down`,
    ]);
  });

  it('ask only the servers of backends that want it', async () => {
    const [asked, other] = [await server(), await server()];
    const all = checks();

    all.apply(loaded(backendConfig([other.port], { name: 'other' }), checked([asked.port])));

    await asked.connection(1);
    expect(other.connections).toEqual([]);
  });

  it('ask every address of a name', async () => {
    const { port } = await server();
    const addresses: readonly Address[] = [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ];
    const all = checks({ lookup: async () => addresses });

    all.apply(loaded(checked([], { servers: [{ host: 'twc.internal', port }] })));

    expect(await verdictsWhen(all, (list) => list.length === 2)).toEqual([
      `twc.internal:${port} 127.0.0.1 up`,
      `twc.internal:${port} 127.0.0.2 down`,
    ]);
  });

  it('keep what is known of a server when its backend changes, and forget servers that are gone', async () => {
    const [kept, gone] = [await freePort(), await freePort()];
    const all = checks();
    all.apply(loaded(checked([kept, gone])));
    await verdictsWhen(all, (list) => list.length === 2);

    all.apply(loaded(checked([kept], { balance: 'LeastConnections' })));

    expect(verdicts(all)).toContain(`127.0.0.1:${kept} 127.0.0.1 down`);
    expect(await verdictsWhen(all, (list) => list.length === 1)).toEqual([
      `127.0.0.1:${kept} 127.0.0.1 down`,
    ]);
  });

  it('go on without a break for a backend that stays the same, and end for one that goes', async () => {
    const [kept, gone] = [await server(), await server()];
    const all = checks({ random: () => 0.999 });
    const keptChecks = checked([kept.port], { name: 'kept' });
    all.apply(loaded(keptChecks, checked([gone.port], { name: 'gone' })));
    await kept.connection(0);
    await gone.connection(0);

    all.apply(loaded(keptChecks));

    expect(all.verdicts().map(({ backend }) => backend)).not.toContain('gone');
    const before = gone.connections.length;
    await kept.connection(kept.connections.length + 3);
    expect(gone.connections.length).toBeLessThanOrEqual(before + 1);
  });

  it('tell of each result, and of what has changed', async () => {
    const { port } = await server();
    const results: string[] = [];
    let changes = 0;
    const all = checks({
      onResult: ({ backend, verdict }) => results.push(`${backend} ${verdict.up}`),
      onChange: () => {
        changes += 1;
      },
    });

    all.apply(loaded(checked([port])));

    await eventually('three checks', async () => (results.length >= 3 ? true : undefined));
    expect(new Set(results)).toEqual(new Set(['servers true']));
    // One for the configuration, one for the first verdict.
    expect(changes).toBe(2);
  });
});
