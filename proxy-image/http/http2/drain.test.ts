import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ok } from '../../../test/support/http/scene.ts';
import type { Http2Client } from '../../../test/support/http2/client.ts';
import { Flags, headers, ping, Type } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { ErrorCode } from './codec/error-codes.ts';

const setUp = http2Scenes();

/** The last streams that GOAWAY frames have named so far. */
function named(client: Http2Client): readonly number[] {
  return client
    .frames()
    .flatMap(({ type, payload }) => (type === Type.GoAway ? [payload.readUInt32BE(0)] : []));
}

/** Answers the PING that comes with the first GOAWAY. */
async function answerPing(client: Http2Client): Promise<void> {
  const { payload } = await client.frame(({ type, flags }) => type === Type.Ping && flags === Flags.None);
  await client.send(ping(payload.toString('latin1'), Flags.Ack));
}

describe('a connection that is drained (RFC 9113 section 6.8)', () => {
  it('serves what was sent before its client knew, and then ends', async () => {
    const waiting: Socket[] = [];
    const { client, proxy } = await setUp({ answer: (_request, socket) => void waiting.push(socket) });
    await client.send(headers(1));
    while (waiting.length < 1) {
      await turn();
    }

    proxy.drain();
    await client.frame(({ type }) => type === Type.GoAway);
    await client.send(headers(3));
    await answerPing(client);
    await client.raw.until(() => named(client).length === 2);
    await client.send(headers(5));
    await client.response(5);
    for (const socket of waiting) {
      socket.write(ok('hello'));
    }

    expect(await client.response(1)).toMatchObject({ status: 200, body: 'hello', ended: true });
    expect(await client.response(3)).toMatchObject({ status: 200, body: 'hello', ended: true });
    expect(client.soFar(5)).toMatchObject({ status: 0, reset: ErrorCode.RefusedStream });
    expect(await client.goneAway()).toBe(ErrorCode.NoError);
    expect(named(client).slice(0, 2)).toEqual([0x7fff_ffff, 3]);
  });

  it('ends at once when there is nothing to serve', async () => {
    const { client, proxy } = await setUp({ answer: ok('hello') });
    await client.send(headers(1));
    await client.response(1);

    proxy.drain();
    await answerPing(client);

    expect(await client.goneAway()).toBe(ErrorCode.NoError);
  });

  it('does not wait for a client that does not answer', async () => {
    const { client, proxy } = await setUp({ answer: ok('hello') });
    await client.send(headers(1));
    await client.response(1);

    proxy.drain();

    expect(await client.goneAway()).toBe(ErrorCode.NoError);
  });

  it('waits a little for the first request of a client that has just come, as it would be sent here again', async () => {
    const { client, proxy, connect } = await setUp({ answer: ok('hello') });
    await client.send(headers(1));
    await client.response(1);
    const late = await connect();

    proxy.drain();
    await client.frame(({ type }) => type === Type.GoAway);
    const told = named(late);
    await late.send(headers(1));
    const response = await late.response(1);
    await answerPing(late);

    expect(told).toEqual([]);
    expect(response).toMatchObject({ status: 200, body: 'hello' });
    expect(await late.goneAway()).toBe(ErrorCode.NoError);
  });

  it('ends as well when its frontend has been removed', async () => {
    const { client, proxy } = await setUp();

    proxy.serve(null);
    await answerPing(client);

    expect(await client.goneAway()).toBe(ErrorCode.NoError);
  });
});
