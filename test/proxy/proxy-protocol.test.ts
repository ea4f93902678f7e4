import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { BackendConfig, FrontendConfig } from '../../proxy-image/config/types.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/describe-with.ts';
import { HAPROXY, startHaproxy } from '../support/haproxy.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { readToEnd, roundTrip, startEchoServer } from '../support/tcp.ts';
import type { TcpServer } from '../support/tcp.ts';

/** Only the client has this address: whoever tells it has got it from a PROXY header. */
const CLIENT = '127.0.0.9';
const authority = makeAuthority({ name: 'Test root' });
const certificate = issue(authority, { commonName: 'twc.internal', dns: ['twc.internal'] });

let proxy: ProxyProcess;
let echo: TcpServer;
/** Of our proxy, and of HAProxy. */
let port: number;
let haproxyPort: number;
let cleanup: AsyncDisposableStack;

beforeEach(async () => {
  cleanup = new AsyncDisposableStack();
  echo = await startEchoServer();
  cleanup.defer(async () => echo.close());
  [port, haproxyPort] = [await freePort(), await freePort()];
});

afterEach(async () => {
  await cleanup.disposeAsync();
});

async function serve(frontend: FrontendConfig, backend: BackendConfig): Promise<void> {
  const config = proxyConfig({ frontends: [frontend], backends: [backend] });
  proxy = await startProxy({ config, files: { 'ca.pem': authority.rootPem } });
  cleanup.defer(async () => proxy.remove());
}

async function serveWithHaproxy(...how: Parameters<typeof startHaproxy>): Promise<void> {
  const haproxy = await startHaproxy(...how);
  cleanup.defer(async () => haproxy.stop());
}

async function connect(to: number): Promise<net.Socket> {
  const client = net.connect({ host: '127.0.0.1', port: to, localAddress: CLIENT, allowHalfOpen: true });
  cleanup.defer(() => void client.destroy());
  await once(client, 'connect');
  client.on('error', () => undefined);
  return client;
}

describeWith(HAPROXY, 'behind HAProxy', () => {
  const trusting = { accept: 'Required', trusted: ['127.0.0.1/32'] } as const;

  it.each([
    'send-proxy',
    'send-proxy-v2',
    'send-proxy-v2 proxy-v2-options crc32c,unique-id,ssl,cert-cn',
    'send-proxy check inter 100ms',
    'send-proxy-v2 check inter 100ms',
  ])('with %s the proxy knows the client', async (options) => {
    await serve(frontendConfig({ port, proxyProtocol: trusting }), backendConfig([echo.port]));
    const sections = `listen l\n  bind 127.0.0.1:${haproxyPort}\n  mode tcp\n  server s 127.0.0.1:${port} ${options}\n`;
    await serveWithHaproxy(sections, [haproxyPort]);
    const client = await connect(haproxyPort);

    expect(await roundTrip(client, 'hello')).toBe('hello');

    client.end();
    expect((await readToEnd(client)).toString()).toBe('');
    const entry = await eventually('the line of the client', async () =>
      proxy.access.find(({ source, bytesIn }) => source === CLIENT && bytesIn === 5),
    );
    expect(entry).toMatchObject({ error: null });
  });
});

describeWith(HAPROXY, 'before HAProxy', () => {
  /** HAProxy answers with the client's address and port as it knows them. */
  const answers = (bind: string): string =>
    `frontend f\n  bind 127.0.0.1:${haproxyPort} accept-proxy ${bind}\n  mode http\n  http-request return status 200 content-type text/plain lf-string "%[src] %[src_port]"\n`;
  const tls = {
    verify: 'Chain',
    trustFiles: ['ca.pem'],
    pinnedSha256: [],
    serverName: 'twc.internal',
  } as const;

  it.each([
    ['TCP', 'TCP', 'V1'],
    ['TCP', 'TCP', 'V2'],
    ['TCP', 'TLS', 'V1'],
    ['TCP', 'TLS', 'V2'],
    ['HTTP', 'HTTP', 'V1'],
    ['HTTP', 'HTTPS', 'V2'],
  ] as const)(
    'the server of a %s frontend with %s and %s knows the client',
    async (frontend, protocol, version) => {
      const speaksTls = protocol === 'TLS' || protocol === 'HTTPS';
      await serveWithHaproxy(answers(speaksTls ? 'ssl crt server.pem' : ''), [], {
        'server.pem': `${certificate.chainPem}${certificate.keyPem}`,
      });
      await serve(
        frontendConfig({ port, protocol: frontend }),
        backendConfig([haproxyPort], { protocol, proxyProtocol: version, ...(speaksTls ? { tls } : {}) }),
      );
      const client = await connect(port);

      client.write('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');

      const answer = (await readToEnd(client)).toString();
      expect(answer).toContain(`\r\n\r\n${CLIENT} ${client.localPort}`);
    },
  );
});
