import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { freePort } from './free-port.ts';

describe('freePort', () => {
  it('gives a port once, and none that the kernel gives to clients', async () => {
    const [lowest = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .split(/\s+/)
      .map(Number);

    const ports: number[] = [];
    while (ports.length < 50) ports.push(await freePort());

    expect(new Set(ports).size).toBe(50);
    expect(Math.max(...ports)).toBeLessThan(lowest);
  });

  it('passes over a port that somebody listens on', async () => {
    const port = await freePort();
    const server = createServer().listen(port + 1, '127.0.0.1');
    await once(server, 'listening');

    const next = await freePort();
    server.close();

    expect(next).not.toBe(port + 1);
  });
});
