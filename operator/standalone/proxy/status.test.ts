import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ProxyStatus } from '../../../proxy-image/config/status.ts';
import { readStatus, waitUntilServed } from './status.ts';

const EMPTY: ProxyStatus = {
  phase: 'Serving',
  configHash: null,
  rejected: null,
  frontends: [],
  certificates: [],
  backends: [],
  forwards: [],
  workers: [],
};

const servers = new Set<Server>();

afterEach(closeServers);

function closeServers(): void {
  for (const server of servers) server.close().closeAllConnections();
  servers.clear();
}

/** An admin listener that gives one answer after the other, and the last one for ever. */
async function admin(...answers: readonly (Partial<ProxyStatus> | 'unavailable')[]): Promise<string> {
  let index = 0;
  const server = createServer((_, response) => {
    const answer = answers[Math.min(index, answers.length - 1)];
    index += 1;
    if (answer === 'unavailable') response.writeHead(503).end();
    else response.end(JSON.stringify({ ...EMPTY, ...answer }));
  });
  servers.add(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const running = (): null => null;

describe('waitUntilServed', () => {
  it('waits until the configuration is served', async () => {
    const address = await admin('unavailable', { configHash: 'old' }, { configHash: 'new' });

    const outcome = await waitUntilServed(address, 'new', running);

    expect(outcome).toMatchObject({ served: true, status: { configHash: 'new' } });
  });

  it('tells why the configuration is refused', async () => {
    const rejected = {
      configHash: 'new',
      kind: 'Invalid',
      errors: [{ path: 'frontends[0].port', message: 'must be a port' }],
    } as const;

    const outcome = await waitUntilServed(await admin({ configHash: 'old', rejected }), 'new', running);

    expect(outcome).toEqual({
      served: false,
      message: 'the proxy refuses the configuration: frontends[0].port: must be a port',
    });
  });

  it('goes on waiting while files are missing, and while an older configuration is refused', async () => {
    const errors = [{ path: 'certificates[0]', message: 'no such file' }];
    const address = await admin(
      { rejected: { configHash: 'new', kind: 'Waiting', errors } },
      { rejected: { configHash: 'older', kind: 'Invalid', errors } },
      { configHash: 'new' },
    );

    expect(await waitUntilServed(address, 'new', running)).toMatchObject({ served: true });
  });

  it('gives up when the proxy can not answer any more', async () => {
    const outcome = await waitUntilServed(
      await admin('unavailable'),
      'new',
      () => 'the proxy ended with code 1',
    );

    expect(outcome).toEqual({ served: false, message: 'the proxy ended with code 1' });
  });
});

describe('readStatus', () => {
  it('is null where nobody answers', async () => {
    const address = await admin({});
    closeServers();

    expect(await readStatus(address)).toBeNull();
  });
});
