import { once } from 'node:events';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { eventually } from '../../test/support/eventually.ts';
import { startFlow } from '../../test/support/flow.ts';
import type { Flow, FlowOptions } from '../../test/support/flow.ts';
import { backendConfig } from '../../test/support/proxy-config.ts';
import {
  howItEnds,
  readBytes,
  readToEnd,
  roundTrip,
  startEchoServer,
  startTcpServer,
} from '../../test/support/tcp.ts';
import type { TcpServer } from '../../test/support/tcp.ts';
import type { ProxyProtocolConfig } from '../config/types.ts';
import { writeProxyHeader } from '../proxy-protocol/write.ts';

const ENDS = {
  sourceAddress: '192.0.2.7',
  sourcePort: 12_345,
  destinationAddress: '198.51.100.1',
  destinationPort: 443,
};
const V1 = writeProxyHeader('V1', ENDS);
const V2 = writeProxyHeader('V2', ENDS);
const LOCAL = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');
/** Loopback addresses that clients connect from. */
const TRUSTED = '127.0.0.1';
const STRANGER = '127.0.0.2';
const REFUSED = ['teamwork_proxy_connections_refused_total', 'flow', 'ProxyHeader'] as const;

let server: TcpServer;
let flow: Flow;

beforeEach(async () => {
  server = await startEchoServer();
});

afterEach(async () => {
  flow.stop();
  await server.close();
});

async function start(
  accept: ProxyProtocolConfig['accept'],
  frontend: FlowOptions['frontend'] = {},
  certificates: FlowOptions['certificates'] = {},
): Promise<void> {
  const proxyProtocol = { accept, trusted: [`${TRUSTED}/32`] };
  const backends = [backendConfig([server.port])];
  flow = await startFlow({ frontend: { proxyProtocol, ...frontend }, backends, certificates });
}

/** Ends the client's half and reads what is left. */
async function finish(client: Socket): Promise<string> {
  client.end();
  return (await readToEnd(client)).toString('latin1');
}

describe.each(['Required', 'Optional'] as const)(
  'a PROXY header that is %s, from a trusted source',
  (accept) => {
    it.each([
      ['version 1', V1],
      ['version 2', V2],
    ])('of %s tells the client, and what follows is passed on', async (_version, header) => {
      await start(accept);
      const client = flow.connect();

      client.write(Buffer.concat([header, Buffer.from('first')]));

      expect((await readBytes(client, 5)).toString()).toBe('first');
      expect(await roundTrip(client, 'second')).toBe('second');
      expect(await finish(client)).toBe('');
      expect(await flow.plane.entry(0)).toMatchObject({ source: '192.0.2.7', bytesIn: 11, error: null });
    });

    it.each([
      ['version 1', V1],
      ['version 2', V2],
    ])('of %s may come byte by byte', async (_version, header) => {
      await start(accept);
      const client = flow.connect();

      for (const byte of Buffer.concat([header, Buffer.from('x')])) {
        client.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }

      expect((await readBytes(client, 1)).toString()).toBe('x');
      await finish(client);
      expect(await flow.plane.entry(0)).toMatchObject({ source: '192.0.2.7' });
    });

    it('keeps the address of a load balancer that connects for itself', async () => {
      await start(accept);
      const client = flow.connect();

      client.write(LOCAL);

      expect(await roundTrip(client, 'ping')).toBe('ping');
      await finish(client);
      expect(await flow.plane.entry(0)).toMatchObject({ source: TRUSTED, error: null });
    });

    it.each([
      ['a damaged line', Buffer.from('PROXY TCP4 192.0.2.7\r\n'), 'is malformed: its line is not'],
      [
        'an unknown command',
        Buffer.from(V2).fill(0x2f, 12, 13),
        'is malformed: version and command are 0x2f',
      ],
    ])('is refused when it is %s', async (_what, header, error) => {
      await start(accept);
      const client = flow.connect();

      client.write(header);

      expect(await howItEnds(client)).toBe('ECONNRESET');
      expect(await flow.plane.entry(0)).toMatchObject({
        error: expect.stringContaining(error),
        server: null,
      });
      expect(flow.counter(...REFUSED)).toBe(1);
      expect(server.connections).toHaveLength(0);
    });

    it.each([
      ['stops in the middle of its signature', 6],
      ['stops before its end', V1.length - 1],
    ])('is refused when it %s', async (_what, length) => {
      await start(accept, { timeouts: { handshake: 50 } });
      const client = flow.connect();

      client.write(V1.subarray(0, length));

      expect(await howItEnds(client)).toBe('ECONNRESET');
      expect(await flow.plane.entry(0)).toMatchObject({ error: 'no whole PROXY header came within 50 ms' });
      expect(flow.counter(...REFUSED)).toBe(1);
    });

    it('that ends too early is noted, but not a connection that is only opened and closed', async () => {
      await start(accept);
      const silent = flow.connect();
      await finish(silent).catch(() => undefined);
      const client = flow.connect();

      client.end(V1.subarray(0, 20));

      await howItEnds(client);
      expect(await flow.plane.entry(0)).toMatchObject({ error: 'it ended before the PROXY header did' });
      expect(flow.counter(...REFUSED)).toBe(1);
    });
  },
);

describe('a source that is not trusted', () => {
  it('is refused where PROXY headers are required', async () => {
    await start('Required');
    const client = flow.connect({ localAddress: STRANGER });

    client.write(Buffer.concat([V1, Buffer.from('first')]));

    expect(await howItEnds(client)).toBe('ECONNRESET');
    expect(await flow.plane.entry(0)).toMatchObject({
      source: STRANGER,
      error: 'the source is not trusted to send PROXY headers',
    });
    expect(server.connections).toHaveLength(0);
  });

  it('is served where they are optional, and its header is nothing but data', async () => {
    await start('Optional');
    const client = flow.connect({ localAddress: STRANGER });

    const answer = await roundTrip(client, V1.toString());

    expect(answer).toBe(V1.toString());
    await finish(client);
    expect(await flow.plane.entry(0)).toMatchObject({ source: STRANGER });
  });
});

describe('a connection of a trusted source without a header', () => {
  it.each(['GET / HTTP/1.1', 'PROPFIND / HTTP/1.1', '\r\n\r\nPROXY'])(
    'is served from its first byte on where headers are optional: %j',
    async (text) => {
      await start('Optional');
      const client = flow.connect();

      expect(await roundTrip(client, text)).toBe(text);
      await finish(client);
      expect(await flow.plane.entry(0)).toMatchObject({ source: TRUSTED });
    },
  );

  it('is refused where they are required', async () => {
    await start('Required');
    const client = flow.connect();

    client.write('GET / HTTP/1.1\r\n');

    expect(await howItEnds(client)).toBe('ECONNRESET');
    expect(await flow.plane.entry(0)).toMatchObject({ error: 'it does not begin with a PROXY header' });
  });
});

describe('behind a PROXY header', () => {
  const authority = makeAuthority({ name: 'Test root' });
  const certificates = { public: issue(authority, { commonName: 'twc.example.com' }) };

  it('TLS is ended, whether its first bytes come together with the header or later', async () => {
    await start('Required', { protocol: 'TLS' }, certificates);

    for (const together of [true, false]) {
      const raw = flow.connect();
      raw.cork();
      raw.write(V2);
      if (!together) {
        raw.uncork();
        await new Promise(setImmediate);
      }
      const client = tls.connect({
        socket: raw,
        ca: authority.rootPem,
        checkServerIdentity: () => undefined,
      });
      process.nextTick(() => raw.uncork());
      await once(client, 'secureConnect');
      expect(await roundTrip(client, 'secret')).toBe('secret');
      client.destroy();
    }
    expect(await flow.plane.entry(0)).toMatchObject({ source: '192.0.2.7' });
    expect(await flow.plane.entry(1)).toMatchObject({ source: '192.0.2.7' });
  });

  it('a connection without a byte of TLS is no failed handshake', async () => {
    await start('Required', { protocol: 'TLS' }, certificates);
    const client = flow.connect();

    client.write(V2);
    await once(client, 'connect');
    client.resetAndDestroy();

    await eventually('a listener without connections', async () =>
      flow.counter('teamwork_proxy_connections_total', 'flow') === 1 &&
      flow.plane.frontend('flow')?.connections === 0
        ? true
        : undefined,
    );
    expect(flow.plane.entries).toEqual([]);
    expect(flow.counter('teamwork_proxy_tls_handshakes_total', 'flow', 'failed')).toBe(0);
  });

  it('HTTP requests are forwarded with the address of the client', async () => {
    await server.close();
    server = await startTcpServer((socket) => {
      socket.once('data', (head: Buffer) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${head.toString('latin1')}`));
    });
    flow = await startFlow({
      frontend: { protocol: 'HTTP', proxyProtocol: { accept: 'Required', trusted: [`${TRUSTED}/32`] } },
      backends: [backendConfig([server.port], { protocol: 'HTTP' })],
    });
    const client = flow.connect();

    client.write(
      Buffer.concat([V1, Buffer.from('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')]),
    );

    expect((await readToEnd(client)).toString()).toContain('X-Forwarded-For: 192.0.2.7\r\n');
    expect(await flow.plane.entry(0)).toMatchObject({ kind: 'request', source: '192.0.2.7' });
  });
});
