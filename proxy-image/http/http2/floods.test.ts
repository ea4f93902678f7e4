import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  block,
  data,
  Flags,
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
import { http2Scenes, type Http2Scene } from '../../../test/support/http2/scene.ts';
import { ErrorCode } from './codec/error-codes.ts';

const setUp = http2Scenes();
const { EndHeaders, EndStream, None } = Flags;

/** So many frames of each flood are sent at most. */
const MANY = 20_000;

/** The odd number of the stream with this index. */
function stream(index: number): number {
  return 1 + 2 * index;
}

describe('a flood is ended by ENHANCE_YOUR_CALM, and other clients do not notice (RFC 9113 section 10.5)', () => {
  let scene: Http2Scene;

  beforeEach(async () => {
    scene = await setUp({
      answer: ({ target }, socket) =>
        void (target === '/b' && socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
    });
  });

  /** How the connection ended, what another client gets then, and how many connections are still open. */
  async function outcome({ client, connect, proxy }: Http2Scene) {
    const code = await client.goneAway();
    const other = await connect();
    await other.send(headers(1, [...GET.slice(0, 3), [':path', '/b']]));
    const { body } = await other.response(1);
    return { code, body, open: proxy.clients.size };
  }

  const CALM = { code: ErrorCode.EnhanceYourCalm, body: 'ok', open: 1 };

  it.each<readonly [what: string, greeting: readonly Buffer[], frames: (index: number) => readonly Buffer[]]>(
    [
      ['rapid resets', [], (index) => [headers(stream(index)), reset(stream(index))]],
      [
        'streams made to be reset by a window of 0',
        [],
        (index) => [headers(stream(index), POST, EndHeaders), windowUpdate(stream(index), 0)],
      ],
      [
        'streams made to be reset by a window too large',
        [],
        (index) => [headers(stream(index), POST, EndHeaders), windowUpdate(stream(index), 0x7fff_ffff)],
      ],
      [
        'streams made to be reset by DATA behind their end',
        [],
        (index) => [headers(stream(index)), data(stream(index), 'x')],
      ],
      [
        'streams made to be reset by HEADERS behind their end',
        [],
        (index) => [headers(stream(index)), headers(stream(index))],
      ],
      [
        'streams made to be reset by their priority',
        [],
        (index) => [headers(stream(index)), priority(stream(index), stream(index))],
      ],
      ['malformed requests', [], (index) => [headers(stream(index), [['A', 'b'], ...GET])]],
      ['more streams than are allowed at once', [], (index) => [headers(stream(index))]],
      ['DATA on a stream that was reset', [headers(1, POST, EndHeaders), reset(1)], () => [data(1, '')]],
      ['PING', [], () => [ping()]],
      ['SETTINGS', [], () => [settings()]],
      ['SETTINGS with a change', [], (index) => [settings([4, index])]],
      ['empty DATA', [headers(1, POST, EndHeaders)], () => [data(1, '')]],
      ['DATA that is all padding', [headers(1, POST, EndHeaders)], () => [data(1, '\x01\0', Flags.Padded)]],
      ['PRIORITY', [], () => [priority(1, 0)]],
      ['frames that nobody knows', [], () => [frame(0x77, 0, 0, 'x')]],
    ],
  )('%s', async (_what, greeting, frames) => {
    const { client } = scene;
    await client.send(...greeting);

    const all: Buffer[] = [];
    for (let index = 0; index < MANY; index += 1) {
      all.push(...frames(index));
    }
    client.raw.socket.write(Buffer.concat(all));

    expect(await outcome(scene)).toEqual(CALM);
  });

  it('CONTINUATION without end', async () => {
    const { client } = scene;

    client.raw.socket.write(
      Buffer.concat([
        headers(1, GET, EndStream),
        ...Array.from({ length: MANY }, () => frame(Type.Continuation, None, 1)),
      ]),
    );

    expect(await outcome(scene)).toEqual(CALM);
  });
});

describe('a header bomb (RFC 7541 section 7.3)', () => {
  /** One field of nearly 4 KiB that is remembered, and then a thousand references to it. */
  const bomb = Buffer.concat([
    block(GET),
    Buffer.from([0x40, 1, 0x61, 127, 0xa1, 0x1e]),
    Buffer.alloc(4_000, 'b'),
    Buffer.alloc(10_000, 0xbe),
  ]);

  it('is answered by 431, and its connection goes on', async () => {
    const { client, upstream } = await setUp();

    await client.send(frame(Type.Headers, EndHeaders | EndStream, 1, bomb));
    await client.send(headers(3));

    expect(await client.response(1)).toMatchObject({ status: 431, ended: true });
    expect(await client.response(3)).toMatchObject({ status: 200 });
    expect(upstream.requests()).toHaveLength(1);
  });

  it('does not take the memory that it would expand to', async () => {
    const { client } = await setUp();
    await client.send(headers(1));
    await client.response(1);
    const before = process.memoryUsage().heapUsed;

    await client.send(
      ...Array.from({ length: 20 }, (_, index) => frame(Type.Headers, 5, stream(index + 1), bomb)),
    );
    await client.response(stream(20));

    // Expanded it would be 20 times 40 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
  });
});

describe('a client that does not read', () => {
  it('is not listened to, until it does', async () => {
    const { client, proxy } = await setUp({
      answer: `HTTP/1.1 200 OK\r\nX-Long: ${'v'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`,
    });
    const [socket] = proxy.clients;
    let asked = 0;
    client.raw.socket.pause();

    while (socket?.isPaused() === false) {
      // Not more at once than may be open at once.
      if (proxy.requests.length === asked) {
        const ids = Array.from({ length: 20 }, (_, index) => stream(asked + index));
        asked += ids.length;
        client.raw.socket.write(Buffer.concat(ids.map((id) => headers(id))));
      }
      await turn();
    }
    client.raw.socket.resume();

    expect(await client.response(stream(asked - 1))).toMatchObject({ status: 200, ended: true });
  }, 30_000);
});
