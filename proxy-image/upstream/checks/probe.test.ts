import { afterEach, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../../test/support/certificates.ts';
import { backendConfig, healthCheckConfig } from '../../../test/support/proxy-config.ts';
import { freePort } from '../../../test/cluster/process/free-port.ts';
import { startTcpServer } from '../../../test/support/tcp.ts';
import { startTlsServer } from '../../../test/support/tls-server.ts';
import type { BackendConfig, HealthCheckConfig } from '../../config/types.ts';
import { buildProbe } from './probe.ts';
import type { CheckVerdict } from './types.ts';

const authority = makeAuthority({ name: 'Test Authority' });
const certificate = issue(authority, { commonName: 'twc.internal', dns: ['twc.internal'] });

const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
});

/** A server that answers whatever it is sent with these bytes, and keeps the connection; null: with silence. */
async function answering(response: string | null, requests: string[] = []): Promise<number> {
  const server = await startTcpServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      requests.push(chunk.toString());
      if (response !== null) {
        socket.write(response);
      }
    });
  });
  closers.push(async () => server.close());
  return server.port;
}

async function tlsServer(): Promise<number> {
  const server = await startTlsServer({ cert: certificate.chainPem, key: certificate.keyPem }, (socket) => {
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  });
  closers.push(async () => server.close());
  return server.port;
}

interface Question extends Partial<HealthCheckConfig> {
  readonly backend?: Partial<BackendConfig>;
  readonly trust?: readonly string[];
}

async function ask(port: number, { backend, trust = [], ...check }: Question): Promise<CheckVerdict> {
  const probe = buildProbe(backendConfig([port], backend), healthCheckConfig(check), trust);
  const endpoint = { config: { host: '127.0.0.1', port }, address: '127.0.0.1', session: undefined };
  return probe(endpoint, new AbortController().signal);
}

const HTTP = { protocol: 'HTTP', path: '/osmc/ping' } as const;

describe('a check by TCP', () => {
  it('passes when the server takes a connection', async () => {
    expect(await ask(await answering(null), {})).toEqual({ up: true });
  });

  it('fails when nothing listens', async () => {
    const port = await freePort();

    expect(await ask(port, {})).toEqual({
      up: false,
      message: `health check: nothing listens on 127.0.0.1 port ${port}: is the server up?`,
    });
  });
});

describe('a check by TLS', () => {
  const tls = {
    verify: 'Chain',
    trustFiles: ['ca.crt'],
    pinnedSha256: [],
    serverName: 'twc.internal',
  } as const;

  it('passes when the certificate is one that traffic would take', async () => {
    const verdict = await ask(await tlsServer(), {
      protocol: 'TLS',
      backend: { protocol: 'TLS', tls },
      trust: [authority.rootPem],
    });

    expect(verdict).toEqual({ up: true });
  });

  it('fails when traffic would not take the certificate', async () => {
    const verdict = await ask(await tlsServer(), {
      protocol: 'TLS',
      backend: { protocol: 'TLS', tls },
      trust: [makeAuthority({ name: 'Stranger' }).rootPem],
    });

    expect(verdict).toMatchObject({
      up: false,
      message: expect.stringContaining('leads to no trusted certificate'),
    });
  });

  it('takes any certificate where clients end TLS themselves', async () => {
    expect(await ask(await tlsServer(), { protocol: 'TLS' })).toEqual({ up: true });
  });

  it('fails when the server does not speak TLS', async () => {
    const port = await answering('HTTP/1.1 400 Bad Request\r\n\r\n');

    expect(await ask(port, { protocol: 'TLS' })).toMatchObject({
      up: false,
      message: expect.stringContaining('it does not speak TLS on this port'),
    });
  });

  it('gives up when the handshake takes too long', async () => {
    const verdict = await ask(await answering(null), { protocol: 'TLS', timeout: 20 });

    expect(verdict).toMatchObject({ up: false, message: expect.stringContaining('within 20 ms') });
  });
});

describe('a check by HTTP', () => {
  it('asks for the path, and for the connection to be closed', async () => {
    const requests: string[] = [];
    const port = await answering('HTTP/1.1 204 No Content\r\n\r\n', requests);

    const verdict = await ask(port, HTTP);

    expect(verdict).toEqual({ up: true });
    expect(requests.join('')).toBe(
      `GET /osmc/ping HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: teamwork-proxy-health-check\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
    );
  });

  it('passes over TLS as well', async () => {
    expect(await ask(await tlsServer(), { protocol: 'HTTPS', path: '/' })).toEqual({ up: true });
  });

  it.each([
    [200, undefined, true],
    [399, undefined, true],
    [400, undefined, false],
    [503, undefined, false],
    [401, 401, true],
    [200, 401, false],
  ])('answered with %d where %s is expected: %s', async (status, expectedStatus, up) => {
    const port = await answering(`HTTP/1.1 ${status} Whatever\r\n\r\n`);

    const verdict = await ask(port, { ...HTTP, ...(expectedStatus === undefined ? {} : { expectedStatus }) });

    expect(verdict.up).toBe(up);
  });

  it.each([
    ['HTTP/1.1 503 Sorry\r\n', {}, 'it answers GET /osmc/ping with 503, expected is 200 to 399'],
    ['SSH-2.0-OpenSSH\r\n', {}, 'what it answers to GET /osmc/ping is not HTTP/1.1'],
    ['x'.repeat(2000), {}, 'what it answers to GET /osmc/ping is not HTTP/1.1'],
    [null, { timeout: 20 }, 'no answer to GET /osmc/ping within 20 ms'],
    ['HTTP/1.1 2', { timeout: 20 }, 'no answer to GET /osmc/ping within 20 ms'],
  ])('answered with %j fails', async (response, parts, message) => {
    expect(await ask(await answering(response), { ...HTTP, ...parts })).toEqual({
      up: false,
      message: `health check: ${message}`,
    });
  });

  it('fails when the server hangs up', async () => {
    const server = await startTcpServer((socket) => socket.end());
    closers.push(async () => server.close());

    expect(await ask(server.port, HTTP)).toMatchObject({
      up: false,
      message: expect.stringContaining('the connection ended before an answer'),
    });
  });
});
