import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { probeBind } from './probe.ts';

describe('probeBind', () => {
  it('tells that a place is in use, and that it is free once that has ended', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    const during = await probeBind('127.0.0.1', port);
    server.close();
    await once(server, 'close');
    const after = await probeBind('127.0.0.1', port);

    expect([during, after]).toEqual(['InUse', 'Free']);
  });

  it('leaves nothing behind', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');

    const results = [await probeBind('127.0.0.1', port), await probeBind('127.0.0.1', port)];

    expect(results).toEqual(['Free', 'Free']);
  });

  it.each(['192.0.2.10', '2001:db8::10'])('tells that %s is no address of this host', async (address) => {
    expect(await probeBind(address, 8443)).toBe('NotHere');
  });
});
