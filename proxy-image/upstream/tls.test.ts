import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { TlsOptions, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority, type IssuedCertificate } from '../../test/support/certificates.ts';
import { backendConfig } from '../../test/support/proxy-config.ts';
import { startTcpServer } from '../../test/support/tcp.ts';
import { startTlsServer, type TlsServer } from '../../test/support/tls-server.ts';
import type { BackendConfig, UpstreamTlsConfig } from '../config/types.ts';
import { UpstreamError } from './errors.ts';
import type { Upstream, UpstreamConnection } from './types.ts';
import { buildUpstream } from './upstream.ts';

const authority = makeAuthority({ name: 'Test Authority' });
const certificate = issue(authority, { commonName: 'twc.internal', dns: ['twc.internal', '*.twc.internal'] });

const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
});

async function server(
  options: TlsOptions = {},
  { chainPem, keyPem }: IssuedCertificate = certificate,
): Promise<TlsServer> {
  const started = await startTlsServer({ cert: chainPem, key: keyPem, ...options });
  closers.push(async () => started.close());
  return started;
}

interface Parts extends Partial<UpstreamTlsConfig> {
  readonly trust?: readonly string[];
  readonly protocol?: BackendConfig['protocol'];
}

function upstream(
  port: number,
  { trust = [authority.rootPem], protocol = 'TLS', ...parts }: Parts = {},
): Upstream {
  const tls = {
    verify: 'Chain',
    trustFiles: [],
    pinnedSha256: [],
    serverName: 'twc.internal',
    ...parts,
  } as const;
  return buildUpstream(backendConfig([port], { protocol, tls }), trust);
}

async function connect(to: Upstream, connectTimeout = 5_000): Promise<TLSSocket> {
  const { signal } = new AbortController();
  const { socket } = await new Promise<UpstreamConnection>((connected, notConnected) => {
    to.connect({ sourceAddress: '192.0.2.1', connectTimeout, signal }, { connected, notConnected });
  });
  closers.push(() => void socket.destroy());
  return socket as TLSSocket;
}

async function failure(to: Upstream, connectTimeout?: number): Promise<UpstreamError> {
  const error: unknown = await connect(to, connectTimeout).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UpstreamError);
  return error as UpstreamError;
}

function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

describe('a chain', () => {
  it('that leads to a trusted root is believed', async () => {
    const tlsServer = await server();

    const socket = await connect(upstream(tlsServer.port));

    expect(socket.authorized).toBe(true);
    expect((await tlsServer.connection(0)).servername).toBe('twc.internal');
  });

  it('that leads to a trusted intermediate is believed', async () => {
    const intermediate = makeAuthority({ name: 'Intermediate', issuer: authority });
    const { port } = await server(
      {},
      issue(intermediate, { commonName: 'twc.internal', dns: ['twc.internal'] }),
    );

    const socket = await connect(upstream(port, { trust: [intermediate.certificatePem] }));

    expect(socket.authorized).toBe(true);
  });

  it('whose leaf itself is trusted is believed', async () => {
    const { port } = await server();

    const socket = await connect(upstream(port, { trust: [certificate.certificatePem] }));

    expect(socket.authorized).toBe(true);
  });

  it('for another name is refused, with the names that it covers', async () => {
    const { port } = await server();

    const error = await failure(upstream(port, { serverName: 'rest.internal' }));

    expect(error.kind).toBe('TlsFailed');
    expect(error.message).toContain(
      'its certificate does not cover rest.internal, it covers twc.internal, *.twc.internal',
    );
    expect(error.message).toContain('serverName');
  });

  it("is asked for the server's own host where no name is given, and an address is no name to ask for", async () => {
    const tlsServer = await server({}, issue(authority, { commonName: 'x', ip: ['127.0.0.1'] }));
    const config = backendConfig([tlsServer.port], {
      protocol: 'TLS',
      tls: { verify: 'Chain', trustFiles: [], pinnedSha256: [] },
    });

    const socket = await connect(buildUpstream(config, [authority.rootPem]));

    expect(socket.authorized).toBe(true);
    expect((await tlsServer.connection(0)).servername).toBe(false);
  });

  it('that leads elsewhere is refused, with its issuer', async () => {
    const { port } = await server();
    const stranger = makeAuthority({ name: 'Stranger' });

    const error = await failure(upstream(port, { trust: [stranger.rootPem] }));

    expect(error.kind).toBe('TlsFailed');
    expect(error.message).toContain('issued by CN=Test Authority');
    expect(error.message).toContain("add the issuer to the backend's trust");
  });

  it('without trust files has to lead to a public root', async () => {
    const { port } = await server();

    const error = await failure(upstream(port, { trust: [] }));

    expect(error.message).toContain('leads to no trusted certificate');
  });

  it('that has expired is refused, with its dates', async () => {
    const { port } = await server({}, issue(authority, { commonName: 'x', dns: ['twc.internal'], days: -1 }));

    const error = await failure(upstream(port));

    expect(error.message).toMatch(/has expired \(from .+ to .+\): renew it on the server/);
  });
});

describe('a pin', () => {
  it('lets the pinned certificate in, whatever its name and issuer', async () => {
    const { port } = await server();
    const pinnedSha256 = [fingerprint(certificate.certificatePem)];

    const socket = await connect(
      upstream(port, { verify: 'Pinned', pinnedSha256, serverName: 'other', trust: [] }),
    );

    expect(socket.encrypted).toBe(true);
  });

  it('keeps others out, and says which certificate there is', async () => {
    const { port } = await server();
    const pinnedSha256 = ['0'.repeat(64)];

    const error = await failure(upstream(port, { verify: 'Pinned', pinnedSha256 }));

    expect(error.kind).toBe('TlsFailed');
    expect(error.message).toContain(fingerprint(certificate.certificatePem));
  });

  it('is checked on resumed sessions as well', async () => {
    const { port } = await server({ maxVersion: 'TLSv1.2' });
    const to = upstream(port, { verify: 'Pinned', pinnedSha256: [fingerprint(certificate.certificatePem)] });
    await connect(to);

    const second = await connect(to);

    expect(second.isSessionReused()).toBe(true);
  });
});

describe('a handshake', () => {
  it('with no verification believes everybody', async () => {
    const { port } = await server();

    const socket = await connect(upstream(port, { verify: 'None', trust: [] }));

    expect(socket.encrypted).toBe(true);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is short the second time with %s', async (version) => {
    const { port } = await server({ minVersion: version, maxVersion: version });
    const to = upstream(port);
    const first = await connect(to);
    if (version === 'TLSv1.3') {
      await once(first, 'session');
    }

    const second = await connect(to);

    expect(second.isSessionReused()).toBe(true);
    expect(second.authorized).toBe(true);
  });

  it('offers HTTP/1.1 where HTTP is spoken, and nothing at layer 4', async () => {
    const tlsServer = await server({ ALPNProtocols: ['http/1.1'] });

    await connect(upstream(tlsServer.port, { protocol: 'HTTPS' }));
    await connect(upstream(tlsServer.port, { protocol: 'TLS' }));

    expect((await tlsServer.connection(0)).alpnProtocol).toBe('http/1.1');
    expect((await tlsServer.connection(1)).alpnProtocol).toBe(false);
  });

  it('with a server that speaks plain text fails with a hint', async () => {
    const plain = await startTcpServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    closers.push(async () => plain.close());

    const error = await failure(upstream(plain.port));

    expect(error.kind).toBe('TlsFailed');
    expect(error.message).toContain('it does not speak TLS on this port');
  });

  it('with a server that closes fails with a hint', async () => {
    const closing = await startTcpServer((socket) => socket.end());
    closers.push(async () => closing.close());

    const error = await failure(upstream(closing.port));

    expect(error.kind).toBe('TlsFailed');
    expect(error.message).toContain('during the TLS handshake');
  });

  it('with a server that says nothing is given up in time', async () => {
    const silent = await startTcpServer();
    closers.push(async () => silent.close());

    const error = await failure(upstream(silent.port), 50);

    expect(error.kind).toBe('ConnectTimeout');
    expect(error.message).toContain('no answer from 127.0.0.1 within 50 ms');
  });

  it('with a server that only knows TLS 1.1 fails', async () => {
    const { port } = await server({
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });

    const error = await failure(upstream(port));

    expect(error.kind).toBe('TlsFailed');
  });
});
