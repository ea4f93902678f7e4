import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { roundTrip, startEchoServer } from '../support/tcp.ts';
import type { TcpServer } from '../support/tcp.ts';

let proxy: ProxyProcess;
let echo: TcpServer;
let port: number;
const clients: net.Socket[] = [];

beforeEach(async () => {
  echo = await startEchoServer();
  port = await freePort();
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  await proxy.remove();
  await echo.close();
});

/** Whether a client with this address is served. */
async function served(localAddress: string): Promise<boolean> {
  const client = net.connect({ host: '127.0.0.1', port, localAddress });
  clients.push(client);
  const refused = new Promise<boolean>((resolve) => {
    client.on('error', () => resolve(false));
  });
  return Promise.race([roundTrip(client, 'hello').then(() => true), refused]);
}

describe('limits.connectionsPerSource', () => {
  it('counts the connections of all workers together', async () => {
    proxy = await startProxy({
      config: proxyConfig({
        frontends: [frontendConfig({ port, limits: { connectionsPerSource: 8 } })],
        backends: [backendConfig([echo.port])],
      }),
      args: ['--workers=2'],
    });

    // What workers know of each other is half a second old: as many more than allowed get in until then.
    const before = await Promise.all(Array.from({ length: 8 }, async () => served('127.0.0.1')));
    await eventually('a refusal', async () => ((await served('127.0.0.1')) ? undefined : true));

    expect(before).toContain(true);
    expect(await served('127.0.0.2')).toBe(true);
    const { body } = await proxy.get('/metrics');
    expect(body).toMatch(/connections_refused_total\{frontend="flow",reason="SourceLimit"\} [1-9]/);
  });
});
