import { once } from 'node:events';
import net from 'node:net';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startTcpServer } from '../../test/support/tcp.ts';
import { copyOf, deliverTo, giveBack, givesBack, keep, landingFor } from './landing.ts';

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

describe('a taker', () => {
  it.each([1, 4_096, 300_000])(
    'gets %d bytes while they are in the landing, and may keep them',
    async (length) => {
      const { socket, server } = await connection();
      const sent = Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz');
      const kept: Buffer[] = [];
      let seen: Buffer | null = null;

      deliverTo(socket, (bytes) => {
        seen ??= bytes;
        kept.push(keep(bytes));
      });
      socket.resume();
      server.end(sent);
      await once(socket, 'end');

      expect(Buffer.concat(kept).equals(sent)).toBe(true);
      expect(kept).not.toContain(seen);
      expect(keep(kept[0] as Buffer)).toBe(kept[0]);
    },
  );

  it('gets nothing while the socket is paused', async () => {
    const { socket, server } = await connection();
    const lengths: number[] = [];

    deliverTo(socket, (bytes) => {
      lengths.push(bytes.length);
      socket.pause();
    });
    socket.resume();
    server.end(Buffer.alloc(64 * 1024 * 1024));
    while (lengths.length === 0) {
      await turn();
    }
    await turn();
    await turn();

    expect(lengths).toHaveLength(1);
    expect(server.writableLength).toBeGreaterThan(0);
  });

  it('gets nothing before what is in the stream has been taken from there', async () => {
    const { socket, server } = await connection();
    const order: string[] = [];

    socket.pause();
    server.write('first ');
    socket.read(0);
    while (socket.readableLength === 0) {
      await turn();
    }
    deliverTo(socket, (bytes) => order.push(`taken ${bytes.toString()}`));
    server.write('second');
    while (socket.readableLength < 12) {
      await turn();
    }
    socket.on('data', (chunk: Buffer) => order.push(`stream ${chunk.toString()}`)).resume();
    server.end();
    await once(socket, 'end');

    expect(order.every((entry) => entry.startsWith('stream '))).toBe(true);
    expect(order.join('').replaceAll('stream ', '')).toBe('first second');
  });

  it('that has gone leaves the bytes to the stream again', async () => {
    const { socket, server } = await connection();

    deliverTo(socket, () => undefined);
    deliverTo(socket, null);
    server.end('hello');

    expect(String((await socket.toArray())[0])).toBe('hello');
  });
});

describe('memory', () => {
  it('of a copy is used again once it was given back, and not before', () => {
    const bytes = Buffer.alloc(65_536, 'x');
    const first = copyOf(bytes);
    const second = copyOf(bytes);

    giveBack(first);
    giveBack(first);
    const [third, fourth] = [copyOf(bytes), copyOf(bytes)];

    expect(second.buffer).not.toBe(first.buffer);
    expect(third.buffer).toBe(first.buffer);
    expect(fourth.buffer).not.toBe(first.buffer);
  });

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
