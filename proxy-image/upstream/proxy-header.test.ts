import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { startFlow } from '../../test/support/flow.ts';
import type { Flow, FlowOptions } from '../../test/support/flow.ts';
import { backendConfig } from '../../test/support/proxy-config.ts';
import { startProxyProtocolServer } from '../../test/support/proxy-protocol-server.ts';
import type { ProxyProtocolServer } from '../../test/support/proxy-protocol-server.ts';
import { freePort } from '../../test/cluster/process/free-port.ts';
import { howItEnds, readBytes, readToEnd, roundTrip } from '../../test/support/tcp.ts';
import type { BackendConfig } from '../config/types.ts';
import { writeProxyHeader } from '../proxy-protocol/write.ts';

const VERSIONS = ['V1', 'V2'] as const;
const ENDS = {
  sourceAddress: '2001:db8::7',
  sourcePort: 12_345,
  destinationAddress: '2001:db8::1',
  destinationPort: 443,
};

const REQUEST = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const RESPONSE = 'HTTP/1.1 204 No Content\r\n\r\n';

let flow: Flow;
let server: ProxyProtocolServer;

afterEach(async () => {
  flow.stop();
  await server.close();
});

async function start(
  onConnection: (socket: Socket) => void,
  backend: Partial<BackendConfig>,
  frontend: FlowOptions['frontend'] = {},
): Promise<void> {
  server = await startProxyProtocolServer(onConnection);
  flow = await startFlow({ frontend, backends: [backendConfig([server.port], backend)] });
}

function echo(socket: Socket): void {
  socket.pipe(socket);
}

/** The header that a client on this end of its connection to the flow is announced by. */
function announced(client: Socket) {
  const { localPort: sourcePort } = client;
  const addresses = { sourceAddress: '127.0.0.1', destinationAddress: '127.0.0.1' };
  return { kind: 'Proxied', ends: { ...addresses, sourcePort, destinationPort: flow.port }, tls: false };
}

describe.each(VERSIONS)('a server that expects PROXY headers of %s', (proxyProtocol) => {
  it('is told the ends of a connection before its first byte', async () => {
    await start(echo, { proxyProtocol });
    const client = flow.connect();

    expect(await roundTrip(client, 'hello')).toBe('hello');

    expect(server.headers).toEqual([announced(client)]);
  });

  it('is told what a load balancer before the proxy has told', async () => {
    const trusting = { accept: 'Required', trusted: ['127.0.0.0/8'] } as const;
    await start(echo, { proxyProtocol }, { proxyProtocol: trusting });
    const client = flow.connect();

    client.write(writeProxyHeader('V1', ENDS));

    expect(await roundTrip(client, 'hello')).toBe('hello');
    expect(server.headers).toEqual([{ kind: 'Proxied', ends: ENDS, tls: false }]);
  });

  it('is told before TLS begins', async () => {
    const authority = makeAuthority({ name: 'Test root' });
    const { chainPem, keyPem, fingerprint } = pinned(authority);
    const secure = tls.createServer({ cert: chainPem, key: keyPem }, echo);
    await start((socket) => secure.emit('connection', socket), {
      proxyProtocol,
      protocol: 'TLS',
      tls: { verify: 'Pinned', trustFiles: [], pinnedSha256: [fingerprint] },
    });
    const client = flow.connect();

    expect(await roundTrip(client, 'secret')).toBe('secret');

    expect(server.headers).toEqual([announced(client)]);
    client.end();
    expect((await readToEnd(client)).toString()).toBe('');
    expect(await flow.plane.entry(0)).toMatchObject({ bytesIn: 6, bytesOut: 6, error: null });
  });

  it('gets a connection for each client, which carries all requests of that client', async () => {
    await start(answer, { proxyProtocol, protocol: 'HTTP' }, { protocol: 'HTTP' });
    const [first, second] = [flow.connect(), flow.connect()];

    for (const client of [first, second, first, second]) {
      client.write(REQUEST);
      expect((await readBytes(client, RESPONSE.length)).toString()).toBe(RESPONSE);
    }

    expect(server.headers).toEqual([announced(first), announced(second)]);
  });
});

it('tells by TLS, too, that nothing listens', async () => {
  await start(echo, {});
  const refusing = await freePort();
  const tlsSettings = { verify: 'None', trustFiles: [], pinnedSha256: [] } as const;
  flow.stop();
  flow = await startFlow({
    backends: [backendConfig([refusing], { protocol: 'TLS', proxyProtocol: 'V2', tls: tlsSettings })],
  });
  const client = flow.connect();

  expect(await howItEnds(client)).toBe('ECONNRESET');

  expect(await flow.plane.entry(0)).toMatchObject({
    error: expect.stringContaining(`nothing listens on 127.0.0.1 port ${refusing}`),
  });
});

function answer(socket: Socket): void {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (text.endsWith('\r\n\r\n')) {
      text = '';
      socket.write(RESPONSE);
    }
  });
  socket.resume();
}

function pinned(authority: ReturnType<typeof makeAuthority>) {
  const certificate = issue(authority, { commonName: 'twc.internal' });
  const parsed = new X509Certificate(certificate.certificatePem);
  return { ...certificate, fingerprint: parsed.fingerprint256.replaceAll(':', '').toLowerCase() };
}
