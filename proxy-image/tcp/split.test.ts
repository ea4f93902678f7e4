import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { startFlow } from '../../test/support/flow.ts';
import type { Flow, FlowOptions } from '../../test/support/flow.ts';
import { backendConfig } from '../../test/support/proxy-config.ts';
import { howItEnds, readBytes, roundTrip, startEchoServer } from '../../test/support/tcp.ts';
import type { TcpServer } from '../../test/support/tcp.ts';
import { startTlsServer } from '../../test/support/tls-server.ts';
import type { TlsServer } from '../../test/support/tls-server.ts';
import { writeProxyHeader } from '../proxy-protocol/write.ts';

const authority = makeAuthority({ name: 'Test root' });
const names = ['app.example.com', 'wild.example.com'] as const;
const certificates = names.map((commonName) => issue(authority, { commonName }));
const REFUSED = ['teamwork_proxy_connections_refused_total', 'flow', 'ServerName'] as const;

let app: TlsServer;
let wild: TlsServer;
let rest: TcpServer;
let flow: Flow;

beforeEach(async () => {
  [app, wild] = (await Promise.all(
    certificates.map(async ({ chainPem, keyPem }) =>
      startTlsServer({ cert: chainPem, key: keyPem }, (socket) => socket.pipe(socket)),
    ),
  )) as [TlsServer, TlsServer];
  rest = await startEchoServer();
});

afterEach(async () => {
  flow.stop();
  await Promise.all([app.close(), wild.close(), rest.close()]);
});

/** `app.example.com` and `*.example.com` lead to servers of their own, everything else to a plain echo server. */
async function start(frontend: FlowOptions['frontend'] = { backend: 'rest' }): Promise<void> {
  const sniRoutes = [
    { hostnames: ['*.example.com'], backend: 'wild' },
    { hostnames: ['app.example.com'], backend: 'app' },
  ];
  const backends = [
    backendConfig([app.port], { name: 'app' }),
    backendConfig([wild.port], { name: 'wild' }),
    backendConfig([rest.port], { name: 'rest' }),
  ];
  flow = await startFlow({ frontend: { sniRoutes, ...frontend }, backends });
}

async function connectTls(servername: string): Promise<TLSSocket> {
  const client = tls.connect({
    socket: flow.connect(),
    servername,
    ca: authority.rootPem,
    checkServerIdentity: () => undefined,
  });
  client.on('error', () => undefined);
  await once(client, 'secureConnect');
  return client;
}

/** What a real client sends first. */
async function hello(servername: string): Promise<Buffer> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = tls.connect({ host: '127.0.0.1', port, servername }).on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [net.Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

describe('sniRoutes', () => {
  it.each([
    ['app.example.com', 'app.example.com', 'app'],
    ['APP.example.com', 'app.example.com', 'app'],
    ['x.example.com', 'wild.example.com', 'wild'],
  ])('lead a client of %s to the server of %s, which ends its TLS', async (servername, expected, backend) => {
    await start();

    const client = await connectTls(servername);

    expect(client.getPeerCertificate().subject.CN).toBe(expected);
    expect(await roundTrip(client, 'secret')).toBe('secret');
    client.destroy();
    expect(await flow.plane.entry(0)).toMatchObject({ backend });
  });

  it('pass on every byte that they have looked at, also of a hello that comes byte by byte', async () => {
    await start();
    const bytes = await hello('other.test');
    const client = flow.connect();

    for (const byte of bytes) {
      client.write(Buffer.of(byte));
    }

    expect((await readBytes(client, bytes.length)).equals(bytes)).toBe(true);
    expect(await roundTrip(client, 'and more')).toBe('and more');
  });

  it.each([
    ['no TLS', 'SSH-2.0-client\r\n'],
    ['damaged TLS', '\x16\x03\x01\x00\x00'],
  ])('leave %s to the frontend’s backend', async (_what, text) => {
    await start();
    const client = flow.connect();

    expect(await roundTrip(client, text)).toBe(text);
    client.destroy();
    expect(await flow.plane.entry(0)).toMatchObject({ backend: 'rest' });
  });

  it('work behind a PROXY header', async () => {
    await start({ backend: 'rest', proxyProtocol: { accept: 'Required', trusted: ['127.0.0.0/8'] } });
    const bytes = await hello('other.test');
    const ends = { sourceAddress: '192.0.2.7', destinationAddress: '192.0.2.1' };
    const header = writeProxyHeader('V2', { ...ends, sourcePort: 1, destinationPort: 443 });
    const client = flow.connect();

    client.write(Buffer.concat([header, bytes]));

    expect((await readBytes(client, bytes.length)).equals(bytes)).toBe(true);
    client.destroy();
    expect(await flow.plane.entry(0)).toMatchObject({ source: '192.0.2.7', backend: 'rest' });
  });
});

describe('sniRoutes without a backend for the rest', () => {
  it.each([
    ['another name', async () => hello('other.test'), 'no sniRoute takes the server name other.test'],
    ['no name', async () => hello(''), 'the client asks for no server name'],
    ['no TLS', async () => Buffer.from('GET /'), 'it does not begin with a TLS handshake'],
  ])('close a connection with %s', async (_what, bytes, error) => {
    await start({});
    const client = flow.connect();

    client.write(await bytes());

    expect(await howItEnds(client)).toBe('ECONNRESET');
    expect(await flow.plane.entry(0)).toMatchObject({
      backend: null,
      error: expect.stringContaining(error),
    });
    expect(flow.counter(...REFUSED)).toBe(1);
  });

  it('close a connection whose hello does not come in time', async () => {
    await start({ timeouts: { handshake: 50 } });
    const client = flow.connect();

    client.write((await hello('app.example.com')).subarray(0, 20));

    expect(await howItEnds(client)).toBe('ECONNRESET');
    expect(await flow.plane.entry(0)).toMatchObject({ error: 'no whole ClientHello came within 50 ms' });
  });

  it('take no notice of a connection that is only opened and closed', async () => {
    await start();

    expect(await howItEnds(flow.connect().end())).toBe('ECONNRESET');

    expect(flow.plane.entries).toEqual([]);
    expect(flow.counter(...REFUSED)).toBe(0);
  });
});
