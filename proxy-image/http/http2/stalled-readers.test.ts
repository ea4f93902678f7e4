import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { until } from '../../../test/support/http/scene.ts';
import { headers, windowUpdate } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { DATA_LIMIT } from './codec/frame-writer.ts';

jest.setTimeout(60_000);

const setUp = http2Scenes();

const STREAMS = Array.from({ length: 20 }, (_, index) => 2 * index + 1);

/** What one read of a server's response brings at most; a stream that waits holds no more. */
const ONE_READ = 131_072;

/** What a connection puts together for its client, and what it is writing meanwhile. */
const OUTBOX = 2 * (DATA_LIMIT + 16_384);

/** A server that sends for as long as it can, always the same memory, and what it has sent. */
function endlessServer() {
  const chunk = Buffer.alloc(65_536, 'x');
  let sent = 0;
  const send = (socket: Socket): void => {
    socket.write(chunk, (error) => {
      if (!error) {
        sent += chunk.length;
        send(socket);
      }
    });
  };
  const answer = (_request: unknown, socket: Socket): void => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    send(socket);
  };
  /** Resolves when nothing more of it is read. */
  const isStuck = async (): Promise<void> => {
    for (let before = -1, quiet = 0; quiet < 200; quiet = sent === before ? quiet + 1 : 0) {
      before = sent;
      await turn();
    }
  };
  return { answer, isStuck };
}

describe('a client that asks for much and takes nothing', () => {
  it.each([
    ['as it keeps its windows shut', 0],
    ['as it does not read', 0x7fff_ffff],
  ])('%s, costs one read for each stream and is ended in time', async (_how, window) => {
    const server = endlessServer();
    const { client, proxy, upstream } = await setUp({
      answer: server.answer,
      frontend: { timeouts: { request: 1_500 } },
      client: { settings: [[4, window]] },
    });
    await client.send(windowUpdate(0, 0x7fff_0000));
    client.raw.socket.pause();
    const before = process.memoryUsage().arrayBuffers;

    await client.send(...STREAMS.map((id) => headers(id)));
    await until(() => upstream.sockets.length === STREAMS.length);
    await server.isStuck();
    const held = process.memoryUsage().arrayBuffers - before;
    await until(() => proxy.requests.length === STREAMS.length);

    expect(held).toBeGreaterThan(ONE_READ);
    // As much again for what is collected later.
    expect(held).toBeLessThan(2 * (STREAMS.length * ONE_READ + OUTBOX));
    expect(new Set(proxy.requests.map(({ error }) => error))).toEqual(new Set(['ClientStalled']));
    await until(() => upstream.connections().every(({ ended }) => ended));
  });
});
