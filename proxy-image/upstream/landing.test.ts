import { once } from 'node:events';
import net from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startTcpServer } from '../../test/support/tcp.ts';
import { givesBack, landingFor } from './landing.ts';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
});

/** A connection that reads by way of the landing, and the server's end of it. */
async function connection(): Promise<{ readonly socket: Socket; readonly server: Socket }> {
  const listening = await startTcpServer();
  closers.push(async () => listening.close());
  const { port } = listening;
  const socket: Socket = net.connect({ host: '127.0.0.1', port, onread: landingFor(() => socket) });
  closers.push(() => socket.destroy());
  return { socket, server: await listening.connection(0) };
}

/** What comes until there are `length` bytes, in the pieces in which it came. */
async function chunks(socket: Socket, length: number): Promise<readonly Buffer[]> {
  const all: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => all.push(chunk));
  while (all.reduce((sum, chunk) => sum + chunk.length, 0) < length) {
    await once(socket, 'data');
  }
  return all;
}

describe('a socket that reads by way of the landing', () => {
  it.each([1, 4_096, 300_000])('gets %d bytes as they were sent, and the end', async (length) => {
    const { socket, server } = await connection();
    const sent = Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz');

    server.end(sent);
    const received = Buffer.concat((await socket.toArray()) as Buffer[]);

    expect(received.equals(sent)).toBe(true);
  });

  it('leaves the chunks of one socket alone when another one reads', async () => {
    const [one, other] = [await connection(), await connection()];

    one.server.write(Buffer.alloc(100_000, 'a'));
    const first = await chunks(one.socket, 100_000);
    other.server.write(Buffer.alloc(100_000, 'b'));
    await chunks(other.socket, 100_000);

    expect(Buffer.concat(first).equals(Buffer.alloc(100_000, 'a'))).toBe(true);
  });

  it('reads nothing while it is paused', async () => {
    const { socket, server } = await connection();
    const length = 64 * 1024 * 1024;

    socket.pause();
    server.write(Buffer.alloc(length));
    server.write('behind');
    const held = server.writableLength;
    const received = await chunks(socket.resume(), length);

    expect(held).toBeGreaterThan(0);
    expect(received.every((chunk) => chunk.length <= 131_072)).toBe(true);
  });
});

describe('memory', () => {
  it('that was given back is used for one other large chunk', async () => {
    const { socket, server } = await connection();

    server.write(Buffer.alloc(1_000_000));
    const [first] = (await chunks(socket, 1_000_000)).filter((chunk) => givesBack(chunk) !== undefined);
    const done = givesBack(first as Buffer);
    done?.();
    done?.();
    server.write(Buffer.alloc(1_000_000));
    const second = (await chunks(socket, 1_000_000)).filter((chunk) => givesBack(chunk) !== undefined);

    expect(second.filter(({ buffer }) => buffer === first?.buffer)).toHaveLength(1);
  });

  it('of small chunks, and of what was not read here, is not given back', () => {
    expect(givesBack(Buffer.allocUnsafe(100))).toBeUndefined();
    expect(givesBack(Buffer.alloc(131_072))).toBeUndefined();
  });
});
