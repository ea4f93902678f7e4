import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { ok, until } from '../../../test/support/http/scene.ts';
import { data, Flags, GET, headers, POST, Type, windowUpdate } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { ErrorCode } from './codec/error-codes.ts';
import { Limits } from './streams/counts.ts';

jest.setTimeout(20_000);

const setUp = http2Scenes();
const { EndHeaders, EndStream } = Flags;

const TOLERANCE = 400;
const frontend = { limits: { minimumRate: { bytesPerSecond: 1_000, tolerance: TOLERANCE } } };

/** More than any window of the client below. */
const LARGE = ok('x'.repeat(100_000));

/** The SETTINGS of a client that takes ten bytes of a response, and then nothing more until it says so. */
const NARROW = { settings: [[4, 10]] } as const;

/** Does something now and then, for as long as a client that is too slow is tolerated, and longer. */
async function meanwhile(act: () => Promise<unknown> | void = () => undefined): Promise<void> {
  const end = performance.now() + 3 * TOLERANCE;
  while (performance.now() < end) {
    const due = performance.now() + 50;
    await act();
    await until(() => performance.now() > due);
  }
}

describe('a client that is too slow', () => {
  it('at sending a body is told so', async () => {
    const { client, proxy, upstream } = await setUp({ answer: ok('hello'), frontend });

    await client.send(headers(1, POST, EndHeaders));
    const timer = setInterval(() => void client.send(data(1, 'x')), 50);
    const { status } = await client.response(1);
    clearInterval(timer);

    expect(status).toBe(408);
    expect(proxy.requests).toMatchObject([
      { status: 408, error: 'BodyTimeout: slower than 1000 bytes a second for longer than 0.4 s' },
    ]);
    expect(upstream.requests()).toEqual([]);
  });

  it('at taking a response has its stream reset, and goes on with the others', async () => {
    const { client, proxy } = await setUp({ answer: LARGE, frontend, client: NARROW });

    await client.send(headers(1));
    const timer = setInterval(() => void client.send(windowUpdate(1, 1)), 50);
    const slow = await client.response(1);
    clearInterval(timer);
    await client.send(headers(3), windowUpdate(3, 200_000), windowUpdate(0, 200_000));
    const next = await client.response(3);

    expect(slow).toMatchObject({ status: 200, ended: false, reset: ErrorCode.Cancel });
    expect(proxy.requests[0]).toMatchObject({ status: 200, error: 'ClientStalled' });
    expect(next).toMatchObject({ status: 200, ended: true });
  });

  it('for several streams owes the rate to each of them', async () => {
    const { client } = await setUp({ answer: ok('hello'), frontend });

    await client.send(...[1, 3, 5, 7, 9].map((id) => headers(id, POST, EndHeaders)));
    // Enough for two of them.
    const timer = setInterval(() => void client.send(data(1, 'x'.repeat(100))), 50);
    const all = await Promise.all([1, 3, 5, 7, 9].map(async (id) => client.response(id)));
    clearInterval(timer);

    expect(all.map(({ status }) => status)).toEqual([408, 408, 408, 408, 408]);
  });
});

describe('a client is not too slow', () => {
  it('at one stream while another one takes all of the rate', async () => {
    const { client, proxy, upstream } = await setUp({ answer: ok('hello'), frontend });

    await client.send(headers(1, POST, EndHeaders), headers(3, POST, EndHeaders));
    await meanwhile(async () => client.send(data(1, 'x'.repeat(1_000))));
    await client.send(data(1, '', EndStream), data(3, 'x', EndStream));
    const [first, second] = [await client.response(1), await client.response(3)];

    expect([first.status, second.status]).toEqual([200, 200]);
    expect(proxy.requests.map(({ error }) => error)).toEqual([null, null]);
    expect(upstream.requests()).toHaveLength(2);
  });

  it('when it takes a response in pieces, at the rate', async () => {
    const { client } = await setUp({ answer: LARGE, frontend, client: NARROW });

    await client.send(headers(1));
    await meanwhile(async () => client.send(windowUpdate(1, 500)));
    await client.send(windowUpdate(1, 200_000), windowUpdate(0, 200_000));

    expect(await client.response(1)).toMatchObject({ ended: true, reset: null });
  });

  it('when there is nothing to take for a while', async () => {
    const { client, upstream } = await setUp({
      answer: 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n',
      frontend,
    });

    await client.send(headers(1, GET));
    await until(() => client.soFar(1).body.includes('data: 1'));
    await meanwhile();
    upstream.sockets[0]?.write('data: 2\n\n');
    await until(() => client.soFar(1).body.includes('data: 2') || client.soFar(1).reset !== null);

    expect(client.soFar(1)).toMatchObject({ body: 'data: 1\n\ndata: 2\n\n', reset: null });
  });

  it('when the server is slow to answer', async () => {
    const { client, upstream } = await setUp({ answer: () => undefined, frontend });

    await client.send(headers(1));
    await until(() => upstream.requests().length === 1);
    await meanwhile();
    upstream.sockets[0]?.write(ok('late'));

    expect(await client.response(1)).toMatchObject({ status: 200, body: 'late' });
  });

  it('when the server does not take the body', async () => {
    const { client, proxy, upstream } = await setUp({ answer: ok('hello'), frontend });

    await client.send(headers(1, POST, EndHeaders));
    await until(() => upstream.connections().length === 1);
    upstream.sockets[0]?.pause();
    const granted = (): number =>
      client
        .frames()
        .filter(({ type, streamId }) => type === Type.WindowUpdate && streamId === 1)
        .reduce<number>((sum, { payload }) => sum + payload.readUInt32BE(), Limits.streamWindow);
    // As much as the kernel takes on both sides; from then on the window of the stream is not given back, or late, on a host that stands still.
    let sent = 0;
    let lastSent = performance.now();
    const send = async (): Promise<void> => {
      while (sent + 16_384 <= granted()) {
        sent += 16_384;
        lastSent = performance.now();
        await client.send(data(1, Buffer.alloc(16_384)));
      }
    };
    while (performance.now() - lastSent < TOLERANCE / 2) {
      await send();
      await turn();
    }
    await meanwhile(send);

    expect(client.soFar(1)).toMatchObject({ status: 0, reset: null });
    expect(granted() - sent).toBeLessThan(16_384);
    expect(proxy.requests).toEqual([]);
  });
});
