import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../test/support/eventually.ts';
import { startFlow } from '../../test/support/flow.ts';
import type { Flow, FlowOptions } from '../../test/support/flow.ts';
import { backendConfig } from '../../test/support/proxy-config.ts';
import { howItEnds, roundTrip, startEchoServer } from '../../test/support/tcp.ts';
import type { TcpServer } from '../../test/support/tcp.ts';
import { writeProxyHeader } from '../proxy-protocol/write.ts';

const REFUSED = 'teamwork_proxy_connections_refused_total';
const trusting = { accept: 'Required', trusted: ['127.0.0.1/32'] } as const;

let server: TcpServer;
let flow: Flow;

beforeEach(async () => {
  server = await startEchoServer();
});

afterEach(async () => {
  flow.stop();
  await server.close();
});

async function start(frontend: FlowOptions['frontend']): Promise<void> {
  flow = await startFlow({ frontend, backends: [backendConfig([server.port])] });
}

function headerOf(sourceAddress: string): Buffer {
  const destinationAddress = sourceAddress.includes(':') ? '2001:db8::1' : '198.51.100.1';
  return writeProxyHeader('V2', { sourceAddress, sourcePort: 1, destinationAddress, destinationPort: 443 });
}

/** Sends a text behind the header of a client, and tells what comes of it: the same text, or how the connection ends. */
async function tryAs(sourceAddress: string): Promise<string> {
  const client = flow.connect();
  client.write(headerOf(sourceAddress));
  return Promise.race([roundTrip(client, 'hello'), howItIsCut(client)]);
}

async function howItIsCut(client: ReturnType<Flow['connect']>): Promise<string> {
  return new Promise((resolve) => {
    client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe('sourceRanges', () => {
  it('let in whom they hold, and reset everybody else', async () => {
    await start({ sourceRanges: ['127.0.0.2/32', '2001:db8::/32'] });

    expect(await roundTrip(flow.connect({ localAddress: '127.0.0.2' }), 'hello')).toBe('hello');
    expect(await howItEnds(flow.connect({ localAddress: '127.0.0.3' }))).toBe('ECONNRESET');

    expect(await flow.plane.entry(0)).toMatchObject({
      source: '127.0.0.3',
      server: null,
      error: 'the source is in none of the sourceRanges',
    });
    expect(flow.counter(REFUSED, 'flow', 'SourceRange')).toBe(1);
    expect(server.connections).toHaveLength(1);
  });

  it('count for the client that a PROXY header tells', async () => {
    await start({ sourceRanges: ['2001:db8::/32'], proxyProtocol: trusting });

    expect(await tryAs('2001:db8:5::7')).toBe('hello');
    expect(await tryAs('2001:db9::7')).toBe('ECONNRESET');
    expect(await flow.plane.entry(0)).toMatchObject({ source: '2001:db9::7' });
  });

  it('do not count for a load balancer that looks whether the proxy lives', async () => {
    await start({ sourceRanges: ['2001:db8::/32'], proxyProtocol: trusting });
    const client = flow.connect();

    client.write(Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'));

    expect(await roundTrip(client, 'hello')).toBe('hello');
  });
});

describe('limits.connectionsPerSource', () => {
  it('resets what one address has too many of, until others of it have ended', async () => {
    await start({ limits: { connectionsPerSource: 2 } });
    const [first] = [flow.connect(), flow.connect()];
    await roundTrip(first, 'hello');

    expect(await howItEnds(flow.connect())).toBe('ECONNRESET');
    expect(await roundTrip(flow.connect({ localAddress: '127.0.0.2' }), 'hello')).toBe('hello');
    expect(await flow.plane.entry(0)).toMatchObject({
      source: '127.0.0.1',
      error: '127.0.0.1 has 2 connections already, as many as limits.connectionsPerSource allows',
    });
    expect(flow.counter(REFUSED, 'flow', 'SourceLimit')).toBe(1);
    first.destroy();
    await flow.plane.entry(1);
    expect(await roundTrip(flow.connect(), 'hello')).toBe('hello');
  });

  it('takes a /64 network for one source, and goes by the PROXY header', async () => {
    await start({ limits: { connectionsPerSource: 1 }, proxyProtocol: trusting });

    expect(await tryAs('2001:db8:0:1::7')).toBe('hello');
    expect(await tryAs('2001:db8:0:1::8')).toBe('ECONNRESET');
    expect(await tryAs('2001:db8:0:2::7')).toBe('hello');
    expect(await tryAs('192.0.2.7')).toBe('hello');
  });
});

it('notes connections that the frontend has no room for', async () => {
  await start({ limits: { connections: 1 } });
  await roundTrip(flow.connect(), 'hello');

  await howItEnds(flow.connect());

  expect(await flow.plane.entry(0)).toMatchObject({
    source: '127.0.0.1',
    error: 'the frontend has 1 connections already, as many as limits.connections allows',
  });
  await eventually('a count', async () =>
    flow.counter(REFUSED, 'flow', 'ConnectionLimit') === 1 ? true : undefined,
  );
});
