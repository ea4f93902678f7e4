import { describe, expect, it } from '@jest/globals';
import { parseRequests } from '../../../test/support/http/messages.ts';
import {
  block,
  data,
  frame,
  GET,
  headers,
  ping,
  POST,
  priority,
  reset,
  settings,
  Type,
  windowUpdate,
} from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { random, type Random } from '../../../test/support/random.ts';

const setUp = http2Scenes();

/** Frames that may or may not be allowed where they stand, on few streams, so that they meet each other. */
function randomFrame(source: Random): Buffer {
  const id = 1 + 2 * source.integer(6);
  const flags = [0, 1, 4, 5][source.integer(4)] ?? 0;
  const makers: readonly (() => Buffer)[] = [
    () => headers(id, GET, flags),
    () => headers(id, POST, 4),
    () => headers(id, [...POST, ['content-length', String(source.integer(20))]], 4),
    () => headers(id, [['x-trailer', '1']], 5),
    () => frame(Type.Continuation, flags, id, block(GET)),
    () => data(id, 'x'.repeat(source.integer(20)), flags & 1),
    () => data(id, Buffer.alloc(source.integer(16_384)), flags & 1),
    () => reset(id, source.integer(15)),
    () => windowUpdate(source.integer(3) === 0 ? 0 : id, source.integer(100_000)),
    () => settings([4, source.integer(100_000)], [1, source.integer(5_000)]),
    () => priority(id, source.integer(12)),
    () => ping(),
    () =>
      frame(source.integer(12), source.integer(256), source.integer(14), Buffer.alloc(source.integer(20), 1)),
  ];
  return makers[source.integer(makers.length)]?.() ?? ping();
}

describe('random frames', () => {
  it('crash nothing, and make no request that is none', async () => {
    const source = random(5_171);
    const { client, connect, upstream, proxy } = await setUp();

    for (let round = 0; round < 300; round += 1) {
      const hostile = await connect();
      const bytes = Buffer.concat(Array.from({ length: 1 + source.integer(30) }, () => randomFrame(source)));
      await hostile.raw.send(bytes, 1 + source.integer(bytes.length));
      hostile.raw.socket.destroy();
    }
    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({ status: 200, body: 'served' });
    for (const { bytes } of upstream.connections()) {
      expect(parseRequests(bytes).rest).not.toBe('Malformed');
    }
    while (proxy.clients.size > 1) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    expect(proxy.clients.size).toBe(1);
  }, 30_000);
});
