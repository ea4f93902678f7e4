import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ServerStatus } from '../../../proxy-image/config/status.ts';
import { freePort } from '../../cluster/process/free-port.ts';
import { issue, makeAuthority } from '../../support/certificates.ts';
import { backendConfig, healthCheckConfig, proxyConfig } from '../../support/proxy-config.ts';
import { startProxy } from '../../support/proxy-process.ts';
import type { ProxyProcess } from '../../support/proxy-process.ts';
import { setNames } from './names.ts';
import { forwarding, record } from './recorder.ts';

jest.setTimeout(60_000);

const authority = makeAuthority({ name: 'Company root' });
const site = issue(authority, { commonName: 'tm1.example.com', dns: ['tm1.example.com'] });

describe('a backend that no route leads to, as it is there to be watched', () => {
  const cleanup = new AsyncDisposableStack();
  let [proxy, port]: [ProxyProcess, number] = [] as never;

  beforeAll(async () => {
    const server = await record('127.0.0.1', 0, { cert: site.chainPem, key: site.keyPem });
    cleanup.defer(() => server.close());
    const names = await setNames({
      'cluster.example.com': [['127.0.0.1', '10.96.0.9']],
      '*': [['127.0.0.1']],
    });
    cleanup.defer(() => names.remove());
    const [flow, closed] = [await freePort(), await freePort()];
    ({ port } = server);
    const watched = backendConfig([], {
      name: 'teamone',
      protocol: 'HTTPS',
      servers: [
        { host: 'tm1.example.com', port },
        { host: 'other.example.com', port },
        { host: 'tm1.example.com', port: closed },
        { host: 'cluster.example.com', port },
      ],
      tls: { verify: 'Chain', trustFiles: ['ca.pem'], pinnedSha256: [] },
      health: {
        active: healthCheckConfig({ protocol: 'TLS', interval: 50 }),
        passive: { failures: 3 },
        slowStart: 0,
      },
      addresses: { allowedAddresses: ['127.0.0.0/8'], refusedAddresses: ['10.96.0.0/16'] },
    });
    proxy = await startProxy({
      config: proxyConfig({ frontends: [forwarding('names', flow, {})], backends: [watched] }),
      files: { 'ca.pem': authority.rootPem },
      args: ['--workers', '1'],
      env: names.env,
    });
    cleanup.defer(() => proxy.remove());
  });

  afterAll(async () => {
    await cleanup.disposeAsync();
  });

  it('is told of: which servers can be reached, trusted and asked, and which not and why', async () => {
    const serversOf = ({
      backends,
    }: {
      readonly backends: readonly { readonly servers: readonly ServerStatus[] }[];
    }) => backends[0]?.servers ?? [];

    const status = await proxy.until('the state of all servers', (current) =>
      serversOf(current).every(({ state }) => state !== 'Unknown'),
    );

    expect(serversOf(status).map(({ state, message }) => [state, message])).toEqual([
      ['Up', undefined],
      ['Down', expect.stringContaining('other.example.com')],
      ['Down', expect.stringContaining('nothing listens on 127.0.0.1')],
      ['Down', 'cluster.example.com leads to 10.96.0.9, where requests may not go'],
    ]);
    const { body } = await proxy.get('/metrics');
    expect(body).toContain(
      `teamwork_proxy_server_addresses_up{backend="teamone",server="tm1.example.com:${port}"} 1`,
    );
    expect(body).toContain(
      `teamwork_proxy_server_addresses_up{backend="teamone",server="other.example.com:${port}"} 0`,
    );
  });
});
