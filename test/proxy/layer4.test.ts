import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { BackendConfig, FrontendProtocol } from '../../proxy-image/config/types.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { connectTcp, howItEnds, readToEnd } from '../support/tcp.ts';
import { startTlsServer } from '../support/tls-server.ts';
import type { TlsServer } from '../support/tls-server.ts';

const MIB = 2 ** 20;
const internal = makeAuthority({ name: 'Internal root' });
const server = issue(internal, { commonName: 'twc.internal', dns: ['twc.internal'] });
const publicRoot = makeAuthority({ name: 'Public root' });
const facade = issue(publicRoot, { commonName: 'twc.example.com', dns: ['twc.example.com'] });

let proxy: ProxyProcess;
let upstream: TlsServer;
const clients: Socket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  await proxy.remove();
  await upstream.close();
});

/** A frontend of the given protocol before a server that echoes behind TLS. */
async function serve(
  protocol: FrontendProtocol,
  settings: Partial<NonNullable<BackendConfig['tls']>> = {},
): Promise<number> {
  upstream = await startTlsServer({ cert: server.chainPem, key: server.keyPem }, (socket) =>
    socket.pipe(socket),
  );
  const port = await freePort();
  const backend = backendConfig([upstream.port], {
    protocol: 'TLS',
    tls: {
      verify: 'Chain',
      trustFiles: ['internal.pem'],
      pinnedSha256: [],
      serverName: 'twc.internal',
      ...settings,
    },
  });
  proxy = await startProxy({
    config: proxyConfig({
      certificates: [{ name: 'public', chainFile: 'tls.crt', keyFile: 'tls.key' }],
      frontends: [frontendConfig({ port, protocol })],
      backends: [backend],
    }),
    files: { 'internal.pem': internal.rootPem, 'tls.crt': facade.chainPem, 'tls.key': facade.keyPem },
  });
  return port;
}

async function connect(protocol: FrontendProtocol, port: number): Promise<Socket> {
  const plain = await connectTcp(port);
  clients.push(plain);
  if (protocol === 'TCP') {
    return plain;
  }
  const client = tls.connect({ socket: plain, ca: publicRoot.rootPem, servername: 'twc.example.com' });
  await once(client, 'secureConnect');
  return client;
}

describe.each(['TCP', 'TLS'] as const)('a %s frontend before servers with TLS', (protocol) => {
  it('carries much in both directions, and what comes after the client has closed its half', async () => {
    const port = await serve(protocol);
    const client = await connect(protocol, port);
    const sent = randomBytes(4 * MIB);

    client.end(sent);

    expect((await readToEnd(client)).equals(sent)).toBe(true);
    const [entry] = await eventually('a line', async () =>
      proxy.access.length > 0 ? proxy.access : undefined,
    );
    expect(entry).toMatchObject({ error: null, bytesIn: 4 * MIB, bytesOut: 4 * MIB });
  });

  it.each([
    ['a certificate for another name', { serverName: 'other.internal' }, 'other.internal'],
    [
      'a chain that leads elsewhere',
      { trustFiles: ['tls.crt'] },
      'no server of backend servers can be reached',
    ],
    [
      'another certificate than the one pinned',
      { verify: 'Pinned', trustFiles: [], pinnedSha256: ['a'.repeat(64)] },
      'is not pinned',
    ],
  ] as const)(
    'closes a connection rather than speaking to a server with %s',
    async (_what, settings, error) => {
      const port = await serve(protocol, settings);
      const client = await connect(protocol, port);

      client.write('secret');

      expect(await howItEnds(client)).toMatch(/^(?:ECONNRESET|FIN)$/);
      const [entry] = await eventually('a line', async () =>
        proxy.access.length > 0 ? proxy.access : undefined,
      );
      expect(entry).toMatchObject({ server: null, error: expect.stringContaining(error) });
    },
  );
});
