import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { FrontendConfig, ProxyConfig } from '../../proxy-image/config/types.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { freePort } from '../cluster/process/free-port.ts';
import {
  connectTcp,
  howItEnds,
  readToEnd,
  roundTrip,
  startEchoServer,
  startTcpServer,
} from '../support/tcp.ts';
import type { TcpServer } from '../support/tcp.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

const authority = makeAuthority({ name: 'Test root' });
const [first, second] = ['first', 'second'].map((commonName) => issue(authority, { commonName }));

let proxy: ProxyProcess;
let server: TcpServer;
let port: number;
let tlsPort: number;
const clients: Socket[] = [];

beforeEach(async () => {
  server = await startEchoServer();
  [port, tlsPort] = [await freePort(), await freePort()];
  proxy = await startProxy({ config: config(), files: files(first), args: ['--workers=2'] });
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  await proxy.remove();
  await server.close();
});

function files(certificate = first): Readonly<Record<string, string>> {
  return { 'tls.crt': certificate?.chainPem ?? '', 'tls.key': certificate?.keyPem ?? '' };
}

/** `flow` (TCP) and `secure` (TLS) lead to the echo server; more frontends may follow. */
function config(more: readonly FrontendConfig[] = [], parts: Partial<ProxyConfig> = {}): ProxyConfig {
  return proxyConfig({
    certificates: [{ name: 'public', chainFile: 'tls.crt', keyFile: 'tls.key' }],
    frontends: [
      frontendConfig({ port }),
      frontendConfig({ name: 'secure', port: tlsPort, protocol: 'TLS' }),
      ...more,
    ],
    backends: [backendConfig([server.port])],
    ...parts,
  });
}

async function connect(to = port): Promise<Socket> {
  const client = await connectTcp(to);
  clients.push(client);
  return client;
}

async function connectTls(): Promise<TLSSocket> {
  const client = tls.connect({
    host: '127.0.0.1',
    port: tlsPort,
    ca: authority.rootPem,
    checkServerIdentity: () => undefined,
  });
  clients.push(client);
  await once(client, 'secureConnect');
  return client;
}

function commonName(client: TLSSocket): string {
  return String(client.getPeerCertificate().subject.CN);
}

describe('a running proxy', () => {
  it('keeps established connections through every kind of reload, with the same workers', async () => {
    const elsewhere = await startTcpServer((socket) => socket.end('elsewhere'));
    const established = [
      ...(await Promise.all(Array.from({ length: 8 }, async () => connect()))),
      await connectTls(),
    ];
    const before = await proxy.status();
    const stillThere = async (text: string) =>
      expect(await Promise.all(established.map(async (client) => roundTrip(client, text)))).toEqual(
        established.map(() => text),
      );

    await proxy.reload(config([], { accessLog: 'Errors' }));
    await stillThere('after a setting has changed');
    const added = await freePort();
    await proxy.reload(config([frontendConfig({ name: 'added', port: added })]));
    await stillThere('after a frontend was added');
    await proxy.reload(config(), files(second));
    await stillThere('after the certificate has changed');
    await proxy.reload(config([], { backends: [backendConfig([elsewhere.port])] }));
    await stillThere('after the backend has changed');

    expect((await readToEnd(await connect())).toString()).toBe('elsewhere');
    const after = await proxy.status();
    expect(after.workers.map(({ pid }) => pid)).toEqual(before.workers.map(({ pid }) => pid));
    await elsewhere.close();
  });

  it('serves a renewed certificate to new connections without a change of the configuration', async () => {
    const old = await connectTls();

    await proxy.write({ files: files(second) });
    await proxy.until(
      'the new certificate',
      ({ certificates }) => certificates[0]?.fingerprint === fingerprint(second?.certificatePem),
    );

    const seen = await Promise.all(Array.from({ length: 6 }, async () => commonName(await connectTls())));
    expect(seen).toEqual(Array.from({ length: 6 }, () => 'second'));
    expect(commonName(old)).toBe('first');
    expect(await roundTrip(old, 'still')).toBe('still');
  });

  it('serves on when the new configuration is broken, says why, and takes the repaired one', async () => {
    const established = await connect();
    const { configHash } = await proxy.status();

    await proxy.write({ config: JSON.stringify({ ...config(), frontends: [{ name: 'x' }] }) });
    const broken = await proxy.until('a refusal', ({ rejected }) => rejected !== null);

    expect(broken).toMatchObject({ phase: 'Serving', configHash, rejected: { kind: 'Invalid' } });
    expect(broken.rejected?.errors).toContainEqual({
      path: 'frontends[0].port',
      message: 'is missing: give a whole number from 1 to 65535',
    });
    expect((await proxy.get('/readyz')).code).toBe(200);
    expect((await proxy.get('/metrics')).body).toContain('\nteamwork_proxy_config_current 0\n');
    expect(await roundTrip(established, 'old')).toBe('old');
    expect(await roundTrip(await connect(), 'new')).toBe('new');
    const repaired = await proxy.reload(config([], { accessLog: 'Off' }));
    expect(repaired.rejected).toBeNull();
  });

  it('waits for a chain that the configuration names by its digest', async () => {
    const chainSha256 = createHash('sha256')
      .update(second?.chainPem ?? '')
      .digest('hex');
    const next = config([], {
      certificates: [{ name: 'public', chainFile: 'tls.crt', keyFile: 'tls.key', chainSha256 }],
    });

    await proxy.write({ config: next });
    const waiting = await proxy.until('a configuration that waits', ({ rejected }) => rejected !== null);
    const meanwhile = commonName(await connectTls());
    await proxy.write({ files: files(second) });
    await proxy.until('the new configuration', ({ rejected }) => rejected === null);

    expect(waiting.rejected).toMatchObject({
      kind: 'Waiting',
      errors: [{ path: 'certificates[0].chainSha256' }],
    });
    expect(meanwhile).toBe('first');
    expect(commonName(await connectTls())).toBe('second');
  });

  it('lets connections of a removed frontend live until its time is over', async () => {
    const removedPort = await freePort();
    await proxy.reload(
      config([frontendConfig({ name: 'removed', port: removedPort, timeouts: { drain: 300 } })]),
    );
    const established = await connect(removedPort);
    await roundTrip(established, 'one');

    await proxy.reload(config());

    expect(await roundTrip(established, 'two')).toBe('two');
    await expect(connect(removedPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await howItEnds(established)).toBe('ECONNRESET');
    await proxy.until('a status without the frontend', ({ frontends }) => frontends.length === 2);
  });
});

function fingerprint(pem = ''): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return createHash('sha256').update(der).digest('hex');
}
