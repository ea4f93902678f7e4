import { describe, expect, it } from '@jest/globals';
import {
  block,
  data,
  Flags,
  frame,
  GET,
  headers,
  ping,
  POST,
  PREFACE,
  priority,
  reset,
  settings,
  Type,
  windowUpdate,
  word,
} from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { ErrorCode } from './codec/error-codes.ts';

const setUp = http2Scenes();
const { EndHeaders, EndStream, None } = Flags;
const {
  NoError,
  ProtocolError,
  FlowControlError,
  StreamClosed,
  FrameSizeError,
  CompressionError,
  RefusedStream,
  EnhanceYourCalm,
} = ErrorCode;

/** A request that waits for its body. */
const OPEN = headers(1, POST, EndHeaders);

type Case = readonly [section: string, what: string, frames: readonly Buffer[], code: number];

describe('ends the connection by GOAWAY', () => {
  it.each<Case>([
    ['3.4', 'SETTINGS are not the first frame', [PREFACE, ping()], ProtocolError],
    [
      '3.4',
      'the first SETTINGS are an acknowledgement',
      [PREFACE, frame(Type.Settings, Flags.Ack, 0)],
      ProtocolError,
    ],
    ['3.4', 'the preface is another', [Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')], ProtocolError],
  ])('RFC 9113 section %s: when %s', async (_section, _what, frames, code) => {
    const { connect } = await setUp();
    const client = await connect({ greets: false });

    await client.send(...frames);

    expect(await client.goneAway()).toBe(code);
  });

  it.each<Case>([
    ['4.2', 'a frame is too long', [OPEN, data(1, Buffer.alloc(16_385))], FrameSizeError],
    ['4.3', 'a header block is malformed', [frame(Type.Headers, 5, 1, '\x80')], CompressionError],
    ['4.3', 'another frame is inside of a header block', [headers(1, GET, None), ping()], ProtocolError],
    [
      '4.3',
      'the header block of another stream is inside of one',
      [headers(1, GET, None), headers(3)],
      ProtocolError,
    ],
    ['5.1', 'DATA is on an idle stream', [data(1, 'x')], ProtocolError],
    ['5.1', 'WINDOW_UPDATE is on an idle stream', [windowUpdate(1, 1)], ProtocolError],
    ['5.1', 'RST_STREAM is on an idle stream', [reset(1)], ProtocolError],
    ['5.1.1', 'a stream is even', [headers(2)], ProtocolError],
    ['5.1.1', 'WINDOW_UPDATE is on an even stream', [headers(5), windowUpdate(2, 1)], ProtocolError],
    ['5.1.1', 'streams go back', [headers(5), headers(3)], ProtocolError],
    ['6.1', 'DATA is on stream 0', [data(0, 'x')], ProtocolError],
    ['6.1', 'padding is too long', [OPEN, data(1, '\x05x', Flags.Padded)], ProtocolError],
    ['6.2', 'HEADERS are on stream 0', [headers(0)], ProtocolError],
    ['6.3', 'PRIORITY is on stream 0', [priority(0, 1)], ProtocolError],
    ['6.4', 'RST_STREAM is on stream 0', [reset(0)], ProtocolError],
    ['6.4', 'RST_STREAM is too short', [OPEN, frame(Type.Reset, 0, 1, 'abc')], FrameSizeError],
    ['6.5', 'SETTINGS are on a stream', [frame(Type.Settings, 0, 1)], ProtocolError],
    ['6.5', 'SETTINGS are cut off', [frame(Type.Settings, 0, 0, 'abc')], FrameSizeError],
    ['6.5', 'an acknowledgement has settings', [frame(Type.Settings, 1, 0, Buffer.alloc(6))], FrameSizeError],
    ['6.5.2', 'SETTINGS_ENABLE_PUSH is 2', [settings([2, 2])], ProtocolError],
    ['6.5.2', 'SETTINGS_INITIAL_WINDOW_SIZE is 2^31', [settings([4, 0x8000_0000])], FlowControlError],
    ['6.5.2', 'SETTINGS_MAX_FRAME_SIZE is too small', [settings([5, 16_383])], ProtocolError],
    ['6.5.2', 'SETTINGS_MAX_FRAME_SIZE is too large', [settings([5, 16_777_216])], ProtocolError],
    [
      '6.6',
      'a client pushes',
      [frame(Type.PushPromise, 4, 1, Buffer.concat([word(2), block(GET)]))],
      ProtocolError,
    ],
    ['6.7', 'PING is on a stream', [frame(Type.Ping, 0, 1, '12345678')], ProtocolError],
    ['6.7', 'PING is too short', [ping('1234')], FrameSizeError],
    ['6.8', 'GOAWAY is on a stream', [frame(Type.GoAway, 0, 1, Buffer.alloc(8))], ProtocolError],
    ['6.9', 'WINDOW_UPDATE is too short', [frame(Type.WindowUpdate, 0, 0, 'abc')], FrameSizeError],
    ['6.9', 'the window of all grows by 0', [windowUpdate(0, 0)], ProtocolError],
    ['6.9.1', 'the window of all grows too large', [windowUpdate(0, 0x7fff_ffff)], FlowControlError],
    [
      '6.9.2',
      'SETTINGS make a window too large',
      [OPEN, windowUpdate(1, 0x7fff_0000), settings([4, 0x7fff_ffff])],
      FlowControlError,
    ],
    ['6.10', 'CONTINUATION is without HEADERS', [frame(Type.Continuation, 4, 1, block(GET))], ProtocolError],
    [
      '6.10',
      'CONTINUATION is behind a whole block',
      [OPEN, frame(Type.Continuation, 4, 1, block(GET))],
      ProtocolError,
    ],
    [
      '6.10',
      'CONTINUATION is of another stream',
      [headers(1, GET, EndStream), frame(Type.Continuation, 4, 3)],
      ProtocolError,
    ],
    [
      '10.5',
      'a header block has too many frames',
      [
        headers(1, GET, EndStream),
        ...Array.from({ length: 9 }, () => frame(Type.Continuation, None, 1, block([['a', 'b']]))),
      ],
      EnhanceYourCalm,
    ],
    [
      '10.5',
      'a header block is too long',
      [
        headers(1, GET, EndStream),
        frame(Type.Continuation, None, 1, Buffer.alloc(16_384)),
        frame(Type.Continuation, None, 1, Buffer.alloc(16_384)),
      ],
      EnhanceYourCalm,
    ],
  ])('RFC 9113 section %s: when %s', async (_section, _what, frames, code) => {
    const { client } = await setUp({ answer: () => undefined });

    await client.send(...frames);

    expect(await client.goneAway()).toBe(code);
  });

  it('RFC 9113 section 5.1: when DATA or HEADERS are on a stream that has ended', async () => {
    for (const late of [data(1, 'x'), headers(1)]) {
      const { client } = await setUp();
      await client.send(headers(1));
      await client.response(1);

      await client.send(late);

      expect(await client.goneAway()).toBe(StreamClosed);
    }
  });
});

describe('resets a stream, and goes on with the others', () => {
  it.each<Case>([
    ['5.1', 'DATA is behind END_STREAM', [headers(1), data(1, 'x')], StreamClosed],
    ['5.1', 'HEADERS are behind END_STREAM', [headers(1), headers(1)], StreamClosed],
    ['5.1', 'DATA is behind RST_STREAM', [OPEN, reset(1), data(1, 'x')], StreamClosed],
    ['5.1', 'HEADERS are behind RST_STREAM', [OPEN, reset(1), headers(1)], StreamClosed],
    ['6.3', 'PRIORITY is too short', [OPEN, frame(Type.Priority, 0, 1, 'abcd')], FrameSizeError],
    ['6.9', 'its window grows by 0', [OPEN, windowUpdate(1, 0)], ProtocolError],
    ['6.9.1', 'its window grows too large', [OPEN, windowUpdate(1, 0x7fff_ffff)], FlowControlError],
    [
      '6.9.1',
      'DATA goes beyond its window',
      [OPEN, ...Array.from({ length: 17 }, () => data(1, Buffer.alloc(16_384)))],
      FlowControlError,
    ],
    ['8.1', 'trailers do not end it', [OPEN, headers(1, [['a', 'b']], EndHeaders)], ProtocolError],
    ['8.1', 'trailers have a pseudo-header field', [OPEN, headers(1, [[':path', '/']])], ProtocolError],
    ['8.1', 'trailers have a malformed field', [OPEN, headers(1, [['A', 'b']])], ProtocolError],
    ['5.3.1 of RFC 7540', 'it depends on itself', [OPEN, priority(1, 1)], ProtocolError],
    [
      '5.3.1 of RFC 7540',
      'its HEADERS depend on themselves',
      [frame(Type.Headers, 0x25, 1, Buffer.concat([word(1), Buffer.from([1]), block(GET)]))],
      ProtocolError,
    ],
  ])('RFC 9113 section %s: when %s', async (_section, _what, frames, code) => {
    const { client } = await setUp({
      answer: ({ target }, socket) =>
        void (target === '/b' && socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
    });

    await client.send(...frames);
    const { reset: received } = await client.response(1);
    await client.send(headers(3, [...GET.slice(0, 3), [':path', '/b']]));

    expect(received).toBe(code);
    expect(await client.response(3)).toMatchObject({ status: 200, body: 'ok', ended: true });
  });

  it('RFC 9113 section 5.1.2: when there are too many of them', async () => {
    const { client } = await setUp({ answer: () => undefined });
    const ids = Array.from({ length: 101 }, (_, index) => 1 + 2 * index);

    await client.send(...ids.map((id) => headers(id)));

    expect((await client.response(201)).reset).toBe(RefusedStream);
    expect(client.soFar(199).reset).toBeNull();
  });
});

describe('takes no offence', () => {
  it.each<readonly [section: string, what: string, frames: readonly Buffer[]]>([
    ['4.1', 'at the reserved bit', [headers(0x8000_0001)]],
    ['5.1', 'at PRIORITY on an idle stream', [priority(7, 0), headers(1)]],
    ['5.1.1', 'at streams that are left out', [headers(7), priority(3, 0), windowUpdate(3, 5)]],
    ['5.5', 'at frames that it does not know', [frame(0x55, 0xff, 1, 'what'), headers(1)]],
    ['6.1', 'at padding', [headers(1, POST, EndHeaders), data(1, '\x03abc\0\0\0', Flags.Padded | EndStream)]],
    ['6.5.2', 'at settings that it does not know', [settings([0x55, 0xffff_ffff]), headers(1)]],
    [
      '6.4',
      'at an error code that it does not know',
      [headers(9, POST, EndHeaders), reset(9, 0x1234), headers(11)],
    ],
    [
      '6.10',
      'at header blocks in many frames',
      [
        frame(Type.Headers, EndStream, 1, block(GET).subarray(0, 5)),
        frame(Type.Continuation, None, 1),
        frame(Type.Continuation, EndHeaders, 1, block(GET).subarray(5)),
      ],
    ],
    ['8.1', 'at trailers', [headers(1, POST, EndHeaders), data(1, 'abc'), headers(1, [['x-sum', '1']])]],
  ])('RFC 9113 section %s: %s', async (_section, _what, frames) => {
    const { client, upstream } = await setUp();

    await client.send(...frames);
    const last = frames.findLast((bytes) => bytes[3] === Type.Headers)?.readUInt32BE(5) ?? 0;

    expect(await client.response(last & 0x7fff_ffff)).toMatchObject({
      status: 200,
      body: 'served',
      ended: true,
    });
    expect(upstream.requests()).toHaveLength(1);
  });

  it('RFC 9113 section 5.1: at what crosses its own RST_STREAM', async () => {
    const { client } = await setUp();
    await client.send(headers(1, [...POST, ['content-length', '1']], EndHeaders), data(1, 'abc'));
    await client.response(1);

    await client.send(data(1, 'd'), windowUpdate(1, 5), headers(1, [['a', 'b']]), reset(1), headers(3));

    expect(await client.response(3)).toMatchObject({ status: 200 });
  });

  it('RFC 9113 section 5.1: at what crosses the end of a stream', async () => {
    const { client } = await setUp();
    await client.send(headers(1));
    await client.response(1);

    await client.send(windowUpdate(1, 5), reset(1), priority(1, 0), headers(3));

    expect(await client.response(3)).toMatchObject({ status: 200 });
  });
});

describe('answers', () => {
  it('RFC 9113 section 6.7: PING, with the same data', async () => {
    const { client } = await setUp();

    await client.send(ping('abcdefgh'));
    const answer = await client.frame(({ type, flags }) => type === Type.Ping && flags === Flags.Ack);

    expect(answer.payload.toString()).toBe('abcdefgh');
  });

  it('RFC 9113 section 6.8: GOAWAY, when the last stream has ended', async () => {
    const { client } = await setUp();

    await client.send(headers(1), frame(Type.GoAway, 0, 0, Buffer.alloc(8)));

    expect(await client.goneAway()).toBe(NoError);
    expect(client.soFar(1)).toMatchObject({ status: 200, body: 'served', ended: true });
  });

  it('the same however its bytes are cut', async () => {
    const { client, upstream } = await setUp();
    const bytes = Buffer.concat([
      headers(1, POST, EndHeaders),
      data(1, 'abc'),
      data(1, 'def', EndStream),
      headers(3),
    ]);

    await client.raw.send(bytes, 1);

    expect(await client.response(1)).toMatchObject({ status: 200, body: 'served' });
    expect(await client.response(3)).toMatchObject({ status: 200, body: 'served' });
    expect(upstream.requests().map(({ method, body }) => [method, body])).toEqual([
      ['POST', 'abcdef'],
      ['GET', ''],
    ]);
  });
});
