import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { valuesOf } from '../../../test/support/http/messages.ts';
import { ok } from '../../../test/support/http/scene.ts';
import {
  data,
  Flags,
  GET,
  headers,
  ping,
  POST,
  reset,
  settings,
  Type,
  windowUpdate,
} from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { ErrorCode } from './codec/error-codes.ts';

const setUp = http2Scenes();
const { EndHeaders, EndStream } = Flags;

/** Resolves when the condition is fulfilled. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await turn();
  }
}

describe('a body', () => {
  /** 4 MiB that no part of equals another. */
  const BIG = Buffer.concat(
    Array.from({ length: 64 * 1_024 }, (_, index) => createHash('sha512').update(String(index)).digest()),
  );
  const DIGEST = createHash('sha256').update(BIG).digest('hex');
  const digestOf = (body: string): string =>
    createHash('sha256').update(Buffer.from(body, 'latin1')).digest('hex');

  it('arrives at the client as it was sent, at the pace of its windows', async () => {
    const part = BIG.subarray(0, 1_048_576);
    const { client } = await setUp({
      answer: (_request, socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${part.length}\r\n\r\n`);
        socket.write(part);
      },
    });

    await client.send(headers(1));
    for (let given = 65_535; given < part.length; given += 65_535) {
      await client.raw.until(() => client.soFar(1).body.length === given);
      await client.send(windowUpdate(0, 65_535), windowUpdate(1, 65_535));
    }
    const { body, ended } = await client.response(1);

    expect(ended).toBe(true);
    expect(digestOf(body)).toBe(createHash('sha256').update(part).digest('hex'));
  });

  it('arrives at the server as it was sent, at the pace of its windows', async () => {
    const { client, upstream } = await setUp({ answer: ok('done') });
    let credit = 65_535;
    let seen = 0;

    await client.send(headers(1, [...POST, ['content-length', String(BIG.length)]], EndHeaders));
    for (let at = 0; at < BIG.length;) {
      const length = Math.min(16_384, BIG.length - at, credit);
      if (length > 0) {
        await client.send(data(1, BIG.subarray(at, at + length), at + length === BIG.length ? EndStream : 0));
        at += length;
        credit -= length;
      } else {
        await client.raw.until((received) => received.length > seen);
      }
      const updates = client.frames().filter(({ type, streamId }) => type === 8 && streamId === 1);
      seen = client.raw.received().length;
      credit = 262_144 + updates.reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0) - at;
    }
    await client.response(1);

    expect(digestOf(upstream.requests()[0]?.body ?? '')).toBe(DIGEST);
  });

  it('ends also when the window has become negative (RFC 9113 sections 6.9.1 and 6.9.2)', async () => {
    const { client, upstream } = await setUp({
      answer: (_request, socket) =>
        void socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
    });
    await client.send(headers(1));
    await client.raw.until(() => client.soFar(1).body === 'hello');

    await client.send(settings([4, 0]), ping());
    await client.frame(({ type }) => type === Type.Ping);
    upstream.sockets[0]?.write('0\r\n\r\n');

    expect(await client.response(1)).toMatchObject({ body: 'hello', ended: true, reset: null });
  });

  it('waits for a window that has become negative (RFC 9113 section 6.9.2)', async () => {
    const { client } = await setUp({ answer: ok('x'.repeat(70_000)) });
    await client.send(windowUpdate(0, 100_000), headers(1));
    await client.raw.until(() => client.soFar(1).body.length === 65_535);

    await client.send(settings([4, 35_535]), windowUpdate(1, 30_000), ping());
    await client.frame(({ type }) => type === Type.Ping);
    const before = client.soFar(1).body.length;
    await client.send(windowUpdate(1, 4_465));

    expect(before).toBe(65_535);
    expect((await client.response(1)).body).toHaveLength(70_000);
  });

  it('goes on after the settings that make room for it have been acknowledged (RFC 9113 section 6.5.3)', async () => {
    const { client } = await setUp({ answer: ok('x') });
    await client.send(settings([4, 0]), headers(1));
    await client.raw.until(() => client.soFar(1).status === 200);

    await client.send(settings([4, 1]));
    await client.response(1);

    const kinds = client.frames().filter(({ type }) => type === Type.Settings || type === Type.Data);
    expect(kinds.slice(-2).map(({ type }) => type)).toEqual([Type.Settings, Type.Data]);
  });

  it('is asked for when the client waits to be told', async () => {
    const { client, upstream } = await setUp({ answer: ok('done') });

    await client.send(headers(1, [...POST, ['expect', '100-continue'], ['content-length', '5']], EndHeaders));
    await client.raw.until(() => client.soFar(1).interim.length === 1);
    await client.send(data(1, 'hello', EndStream));

    expect(await client.response(1)).toMatchObject({ status: 200, interim: [100], body: 'done' });
    expect(valuesOf(upstream.requests()[0]?.fields ?? [], 'expect')).toEqual([]);
  });

  it('that grows beyond the limit is broken off', async () => {
    const { client, upstream } = await setUp({ frontend: { limits: { bodyBytes: 10 } } });

    await client.send(headers(1, POST, EndHeaders), data(1, 'hello world', EndStream));

    expect(await client.response(1)).toMatchObject({ status: 413, ended: true });
    expect(upstream.requests()).toHaveLength(0);
  });

  it('is read on for a while when its response comes early, and its server connection is not used again', async () => {
    const early = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno';
    const { client, upstream } = await setUp();
    await client.send(headers(1, POST, EndHeaders), data(1, 'abc'));
    await until(() => upstream.sockets.length === 1);

    upstream.sockets[0]?.write(early);
    await client.raw.until(() => client.soFar(1).ended);
    await client.send(data(1, 'def'), data(1, 'ghi', EndStream), headers(3));

    expect(await client.response(3)).toMatchObject({ status: 200 });
    expect(client.soFar(1)).toMatchObject({ status: 403, body: 'no', ended: true, reset: null });
    expect(upstream.sockets).toHaveLength(2);
  });

  it('that does not end behind an early response is stopped by NO_ERROR (RFC 9113 section 8.1)', async () => {
    const { client, upstream } = await setUp();
    await client.send(headers(1, POST, EndHeaders), data(1, 'abc'));
    await until(() => upstream.sockets.length === 1);
    upstream.sockets[0]?.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    await client.raw.until(() => client.soFar(1).ended);

    await client.send(...Array.from({ length: 15 }, () => data(1, Buffer.alloc(16_384))));
    await client.send(data(1, Buffer.alloc(16_381)));
    await client.raw.until(() => client.soFar(1).reset !== null);

    expect(client.soFar(1)).toMatchObject({ status: 403, ended: true, reset: ErrorCode.NoError });
  });
});

describe('a client that resets a stream', () => {
  it('ends its request, whose server connection is not used again', async () => {
    const { client, upstream, proxy } = await setUp({ answer: () => undefined });
    await client.send(headers(1));
    await until(() => upstream.requests().length === 1);

    await client.send(reset(1));
    await until(() => upstream.connections()[0]?.ended === true);

    expect(proxy.requests).toMatchObject([{ status: 499, error: 'ClientClosed' }]);
  });

  it('in the middle of a response ends that', async () => {
    const { client, upstream, proxy } = await setUp({
      answer: (_request, socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'),
    });
    await client.send(headers(1));
    await client.raw.until(() => client.soFar(1).body === 'hello');

    await client.send(reset(1));
    await until(() => upstream.connections()[0]?.ended === true);

    expect(proxy.requests).toMatchObject([{ status: 200, error: 'ClientClosed', bytesOut: 5 }]);
  });

  it('or goes away ends all its requests', async () => {
    const { client, upstream, proxy } = await setUp({ answer: () => undefined });
    await client.send(headers(1), headers(3));
    await until(() => upstream.requests().length === 2);

    client.raw.socket.destroy();
    await until(() => upstream.connections().every(({ ended }) => ended));

    expect(proxy.requests.map(({ error }) => error)).toEqual(['ClientClosed', 'ClientClosed']);
  });
});

describe('requests', () => {
  it('are logged and counted', async () => {
    const { client, proxy, upstream } = await setUp({ answer: ok('hello') });

    await client.send(
      headers(1, [...POST.slice(0, 3), [':path', '/a/b?secret=1'], ['content-length', '3']], EndHeaders),
    );
    await client.send(data(1, 'abc', EndStream));
    await client.response(1);

    expect(proxy.requests).toEqual([
      {
        kind: 'request',
        frontend: 'web',
        source: '127.0.0.1',
        backend: 'servers',
        server: `127.0.0.1:${upstream.port}`,
        durationMs: expect.any(Number),
        bytesIn: 3,
        bytesOut: 5,
        error: null,
        method: 'POST',
        host: 'twc.example.com',
        path: '/a/b',
        status: 200,
      },
    ]);
  });

  it('go on side by side when the client gives no window to one of them', async () => {
    const big = 'x'.repeat(1_000_000);
    const { client, connect } = await setUp({
      answer: ({ target }, socket) => void socket.write(target === '/a' ? ok(big) : ok('small')),
    });
    const other = await connect();
    await client.send(windowUpdate(0, 10_000_000), headers(1));
    await client.raw.until(() => client.soFar(1).body.length === 65_535);

    await other.send(headers(1, [...GET.slice(0, 3), [':path', '/b']]));
    await client.send(headers(3, [...GET.slice(0, 3), [':path', '/b']]));

    expect(await other.response(1)).toMatchObject({ status: 200, body: 'small' });
    expect(await client.response(3)).toMatchObject({ status: 200, body: 'small' });
    expect(client.soFar(1)).toMatchObject({ ended: false, reset: null });
  });

  it('take turns when the window of the connection is short', async () => {
    const big = 'x'.repeat(100_000);
    const { client, upstream } = await setUp({ answer: ok(big) });
    await client.send(headers(1), headers(3), headers(5));
    await until(() => upstream.requests().length === 3);
    await client.raw.until(
      () => [1, 3, 5].reduce((sum, id) => sum + client.soFar(id).body.length, 0) === 65_535,
    );
    await turn();
    await turn();
    const before = [1, 3, 5].map((id) => client.soFar(id).body.length);

    await client.send(windowUpdate(1, 100_000), windowUpdate(3, 100_000), windowUpdate(5, 100_000));
    await client.send(windowUpdate(0, 3 * 16_384));
    await client.raw.until(
      () => [1, 3, 5].reduce((sum, id) => sum + client.soFar(id).body.length, 0) === 65_535 + 3 * 16_384,
    );

    const after = [1, 3, 5].map((id, index) => client.soFar(id).body.length - (before[index] ?? 0));
    expect(after).toEqual([16_384, 16_384, 16_384]);
  });
});
