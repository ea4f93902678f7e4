import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { freePort } from '../cluster/process/free-port.ts';
import { eventually } from '../support/eventually.ts';
import { connectRaw } from '../support/http/raw-client.ts';
import type { RawClient } from '../support/http/raw-client.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';

// It starts a proxy with two workers, which takes seconds on a busy host.
jest.setTimeout(60_000);

const LIMIT = 400;
const REQUEST = 'GET / HTTP/1.1\r\nHost: twc.example.com\r\n\r\n';
/** Connections at a time, by which both workers are reached. */
const CONNECTIONS = 16;

let proxy: ProxyProcess;
let port: number;
const clients: RawClient[] = [];

beforeEach(async () => {
  port = await freePort();
  proxy = await startProxy({
    config: proxyConfig({
      frontends: [
        frontendConfig({
          port,
          protocol: 'HTTP',
          redirects: [{ from: '/', to: '/elsewhere', status: 302 }],
          policies: {
            rateLimit: { requests: LIMIT, windowMs: 24 * 3_600_000, burst: LIMIT, key: 'Source' },
          },
        }),
      ],
      // Nothing is asked of it.
      backends: [backendConfig([1], { protocol: 'HTTP' })],
    }),
    args: ['--workers=2'],
  });
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) {
    socket.destroy();
  }
  await proxy.remove();
});

/** How many of so many requests on a new connection get through. */
async function passing(requests: number): Promise<number> {
  const client = await connectRaw(port);
  clients.push(client);
  await client.send(REQUEST.repeat(requests));
  const received = await client.until((text) => text.split('HTTP/1.1 ').length > requests);
  return received.split('HTTP/1.1 302 ').length - 1;
}

describe('policies.rateLimit with several workers', () => {
  it('gives a client on one connection all of it, and the same client no second one in another worker', async () => {
    let passed = await passing(LIMIT + 10);
    expect(passed).toBe(LIMIT);

    await eventually('a refusal on every connection', async () => {
      const more = await Promise.all(Array.from({ length: CONNECTIONS }, async () => passing(1)));
      const sum = more.reduce((a, b) => a + b, 0);
      passed += sum;
      return sum === 0 ? true : undefined;
    });

    // What workers know of each other is a moment old, and as many more get through until then; without that it would be twice as many.
    expect(passed).toBeLessThan(2 * LIMIT);
  });
});
