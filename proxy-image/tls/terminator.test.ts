import { once } from 'node:events';
import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { startDataPlane } from '../../test/support/data-plane.ts';
import type { DataPlane } from '../../test/support/data-plane.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../../test/support/proxy-config.ts';
import { freePort } from '../../test/cluster/process/free-port.ts';
import {
  connectTcp,
  howItEnds,
  readToEnd,
  roundTrip,
  startEchoServer,
  startTcpServer,
} from '../../test/support/tcp.ts';
import type { TcpServer } from '../../test/support/tcp.ts';

const authority = makeAuthority({ name: 'Test root' });
const certificates = {
  public: issue(authority, { commonName: 'default', dns: ['a.test'] }),
  other: issue(authority, { commonName: 'other', dns: ['b.test', '*.wild.test'], keyType: 'RSA-2048' }),
};
const renewed = issue(authority, { commonName: 'renewed', dns: ['a.test'] });

let plane: DataPlane;
let server: TcpServer;
let port: number;
const clients: Socket[] = [];

beforeEach(async () => {
  plane = startDataPlane();
  server = await startEchoServer();
  port = await freePort();
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  plane.stop();
  await server.close();
});

function config(frontend: Parameters<typeof frontendConfig>[0] = {}) {
  return proxyConfig({
    certificates: ['public', 'other'].map((name) => ({
      name,
      chainFile: `${name}.crt`,
      keyFile: `${name}.key`,
    })),
    frontends: [frontendConfig({ port, protocol: 'TLS', certificates: ['public', 'other'], ...frontend })],
    backends: [backendConfig([server.port]), backendConfig([server.port], { name: 'web', protocol: 'HTTP' })],
  });
}

async function connectTls(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  clients.push(socket);
  await once(socket, 'secureConnect');
  return socket;
}

/** The first message of a handshake. */
async function clientHello(): Promise<Buffer> {
  const first = Promise.withResolvers<Buffer>();
  const relay = await startTcpServer((socket) => void socket.once('data', first.resolve));
  tls.connect({ host: '127.0.0.1', port: relay.port }).on('error', () => undefined);
  const hello = await first.promise;
  await relay.close();
  return hello;
}

function commonName(socket: TLSSocket): string {
  return String(socket.getPeerCertificate().subject.CN);
}

describe('TlsTerminator', () => {
  it.each([
    ['a.test', 'default'],
    ['b.test', 'other'],
    ['B.TEST', 'other'],
    ['x.wild.test', 'other'],
    ['x.y.wild.test', 'default'],
    ['unknown.test', 'default'],
    ['', 'default'],
  ])('serves the name %j with the certificate %s', async (servername, expected) => {
    await plane.apply(config(), certificates);

    const client = await connectTls({ servername });

    expect(commonName(client)).toBe(expected);
    expect(await roundTrip(client, 'hello')).toBe('hello');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s and closes in order', async (version) => {
    await plane.apply(config(), certificates);
    const client = await connectTls({ minVersion: version, maxVersion: version });

    const received = readToEnd(client);
    client.end('hello');

    expect(client.getProtocol()).toBe(version);
    expect((await received).toString()).toBe('hello');
    expect(await plane.entry(0)).toMatchObject({ bytesIn: 5, bytesOut: 5, error: null });
  });

  it('refuses TLS 1.1', async () => {
    await plane.apply(config(), certificates);

    const refused = connectTls({
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });

    await expect(refused).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
    expect(await plane.entry(0)).toMatchObject({
      backend: null,
      error: expect.stringContaining('the TLS handshake failed'),
    });
  });

  it.each([
    ['TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256', 'TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
    ['TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256', 'TLSv1.3', 'TLS_CHACHA20_POLY1305_SHA256'],
    [
      'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256',
      'TLSv1.2',
      'ECDHE-ECDSA-AES128-GCM-SHA256',
    ],
    [
      'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256',
      'TLSv1.2',
      'ECDHE-ECDSA-CHACHA20-POLY1305',
    ],
  ] as const)('answers the ciphers %s in %s with %s', async (ciphers, maxVersion, chosen) => {
    await plane.apply(config(), certificates);

    const client = await connectTls({ ciphers, maxVersion, servername: 'a.test' });

    expect(client.getCipher().name).toBe(chosen);
  });

  it('does not renegotiate', async () => {
    await plane.apply(config(), certificates);
    const client = await connectTls({ maxVersion: 'TLSv1.2' });

    client.renegotiate({}, () => undefined);

    expect(await howItEnds(client)).toBe('ERR_SSL_NO_RENEGOTIATION');
  });

  it.each([
    ['HTTPS', ['http/1.1', 'h2'], 'h2'],
    ['HTTPS', ['http/1.1'], 'http/1.1'],
    ['TLS', ['anything'], false],
  ] as const)('with protocol %s answers the ALPN offer %j with %j', async (protocol, offered, chosen) => {
    await plane.apply(config({ protocol, backend: protocol === 'TLS' ? 'servers' : 'web' }), certificates);

    const client = await connectTls({ ALPNProtocols: [...offered] });

    expect(client.alpnProtocol).toBe(chosen);
  });

  it('ends a handshake that takes too long', async () => {
    await plane.apply(config({ timeouts: { handshake: 50 } }), certificates);
    const client = await connectTcp(port);
    clients.push(client);
    client.write(Buffer.from([0x16]));

    await howItEnds(client);

    expect(await plane.entry(0)).toMatchObject({ server: null, error: 'the TLS handshake took too long' });
  });

  it('says that a client speaks HTTP without TLS', async () => {
    await plane.apply(config(), certificates);
    const client = await connectTcp(port);
    clients.push(client);

    client.write('GET / HTTP/1.1\r\n\r\n');

    await howItEnds(client);
    expect(await plane.entry(0)).toMatchObject({ error: 'the client speaks HTTP without TLS' });
  });

  it('does not log a client that only looks whether the port is open', async () => {
    await plane.apply(config(), certificates);
    (await connectTcp(port)).destroy();

    await roundTrip(await connectTls(), 'hello');
    clients[0]?.end();

    expect(await plane.entry(0)).toMatchObject({ bytesIn: 5 });
  });

  it.each<[string, number | undefined, readonly string[]]>([
    ['before it has sent anything', 0, []],
    ['in the middle of its hello', 20, ['the client went away during the TLS handshake']],
    ['after its hello', undefined, ['the client went away during the TLS handshake']],
  ])('lets a client go at once that ends the connection %s', async (_, length, errors) => {
    await plane.apply(config({ timeouts: { handshake: 3_600_000 } }), certificates);
    const client = await connectTcp(port);
    clients.push(client);

    client.resume().end((await clientHello()).subarray(0, length));
    await once(client, 'close');

    await roundTrip(await connectTls(), 'hello');
    clients[1]?.end();
    await plane.entry(errors.length);
    expect(plane.entries.map(({ error }) => error)).toEqual([...errors, null]);
  });

  it('takes a hello that comes byte by byte', async () => {
    await plane.apply(config(), certificates);
    const relay = await startTcpServer((socket) => {
      const onward = net.connect({ port, host: '127.0.0.1', noDelay: true });
      onward.on('error', () => undefined).pipe(socket);
      clients.push(onward);
      socket.on('data', (chunk: Buffer) => {
        for (const byte of chunk) {
          onward.write(Buffer.from([byte]));
        }
      });
    });

    const client = await connectTls({ port: relay.port, servername: 'b.test' });

    expect(commonName(client)).toBe('other');
    client.destroy();
    await relay.close();
  });

  it('serves a new certificate to new connections and keeps the old ones', async () => {
    await plane.apply(config(), certificates);
    const before = await connectTls({ servername: 'a.test' });
    await roundTrip(before, 'one');

    await plane.apply(config(), { ...certificates, public: renewed });
    const after = await connectTls({ servername: 'a.test' });

    expect([commonName(before), commonName(after)]).toEqual(['default', 'renewed']);
    expect(await roundTrip(before, 'two')).toBe('two');
    expect(await roundTrip(after, 'three')).toBe('three');
  });

  it('resumes a session after a reload, and in another worker', async () => {
    const second = startDataPlane();
    const secondPort = await freePort();
    await plane.apply(config(), certificates);
    await second.apply(config({ port: secondPort }), certificates);
    const first = await connectTls({ servername: 'a.test', maxVersion: 'TLSv1.2' });
    const session = first.getSession();
    await plane.apply(config({ limits: { connections: 5 } }), certificates);

    const options = {
      servername: 'a.test',
      maxVersion: 'TLSv1.2',
      ...(session === undefined ? {} : { session }),
    } as const;
    const reloaded = await connectTls(options);
    const elsewhere = await connectTls({ ...options, port: secondPort });

    expect([reloaded.isSessionReused(), elsewhere.isSessionReused()]).toEqual([true, true]);
    elsewhere.destroy();
    second.stop();
  });

  it.each(['a.test', 'b.test'])(
    'resumes sessions of %s only while the keys of tickets are those',
    async (servername) => {
      await plane.apply(config(), certificates);
      const options = { servername, maxVersion: 'TLSv1.2' } as const;
      const resumed = async (session: Buffer | undefined): Promise<boolean> =>
        (await connectTls({ ...options, ...(session === undefined ? {} : { session }) })).isSessionReused();
      const before = (await connectTls(options)).getSession();
      const first = await resumed(before);

      plane.worker.handle({ type: 'TicketKeys', ticketKeys: Buffer.alloc(48, 8) });
      const second = await resumed(before);
      const after = (await connectTls(options)).getSession();

      expect([first, second, await resumed(after)]).toEqual([true, false, true]);
    },
  );

  it('resets the TCP connection of a client whose server has cut off', async () => {
    await plane.apply(config(), certificates);
    const raw = await connectTcp(port);
    const client = tls.connect({ socket: raw, rejectUnauthorized: false });
    clients.push(raw, client);
    client.on('error', () => undefined);
    await once(client, 'secureConnect');
    await roundTrip(client, 'hello');
    const end = new Promise((resolve) => {
      raw.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      client.once('end', () => resolve('FIN'));
    });

    server.connections[0]?.resetAndDestroy();

    expect(await end).toBe('ECONNRESET');
  });

  it('counts handshakes', async () => {
    await plane.apply(config(), certificates);
    await roundTrip(await connectTls(), 'hello');

    const handshakes = plane
      .report()
      .metrics.find(({ name }) => name === 'teamwork_proxy_tls_handshakes_total');

    expect(handshakes?.series).toContainEqual({ labels: ['flow', 'done'], value: 1 });
  });
});
