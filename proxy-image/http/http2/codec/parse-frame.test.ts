import { describe, expect, it } from '@jest/globals';
import { Flags, frame, Type, word } from '../../../../test/support/http2/frames.ts';
import { ErrorCode } from './error-codes.ts';
import { parseFrame } from './parse-frame.ts';

function parse(bytes: Buffer) {
  const header = {
    length: bytes.readUIntBE(0, 3),
    type: bytes[3] ?? 0,
    flags: bytes[4] ?? 0,
    streamId: bytes.readUInt32BE(5),
  };
  return parseFrame(header, bytes.subarray(9));
}

const PRIORITY = Buffer.concat([word(0x8000_0003), Buffer.from([15])]);
const { ProtocolError, FrameSizeError } = ErrorCode;

describe('parseFrame reads', () => {
  it.each([
    [
      'DATA',
      frame(Type.Data, Flags.EndStream, 1, 'hello'),
      { kind: 'Data', data: Buffer.from('hello'), flowLength: 5, endStream: true },
    ],
    [
      'DATA whose padding takes of the window (6.1)',
      frame(Type.Data, Flags.Padded, 1, '\x03hello\0\0\0'),
      { kind: 'Data', data: Buffer.from('hello'), flowLength: 9, endStream: false },
    ],
    [
      'HEADERS with padding and priority',
      frame(
        Type.Headers,
        Flags.Padded | Flags.Priority | Flags.EndHeaders,
        1,
        Buffer.concat([Buffer.from([2]), PRIORITY, Buffer.from('block\0\0')]),
      ),
      {
        kind: 'Headers',
        fragment: Buffer.from('block'),
        endHeaders: true,
        endStream: false,
        dependsOnItself: false,
      },
    ],
    [
      'HEADERS that depend on themselves',
      frame(Type.Headers, Flags.Priority, 3, PRIORITY),
      { kind: 'Headers', endHeaders: false, dependsOnItself: true },
    ],
    [
      'CONTINUATION',
      frame(Type.Continuation, Flags.EndHeaders, 1, 'more'),
      { kind: 'Continuation', fragment: Buffer.from('more'), endHeaders: true },
    ],
    ['PRIORITY', frame(Type.Priority, 0, 1, PRIORITY), { kind: 'Priority', streamId: 1 }],
    ['RST_STREAM', frame(Type.Reset, 0, 1, word(8)), { kind: 'Reset', streamId: 1 }],
    [
      'SETTINGS',
      frame(Type.Settings, 0, 0, '\x00\x04\x00\x00\x01\x00'),
      { kind: 'Settings', ack: false, settings: [[4, 256]] },
    ],
    ['SETTINGS with ACK', frame(Type.Settings, Flags.Ack, 0), { kind: 'Settings', ack: true, settings: [] }],
    ['PING', frame(Type.Ping, 0, 0, '12345678'), { kind: 'Ping', ack: false, data: Buffer.from('12345678') }],
    ['GOAWAY', frame(Type.GoAway, 0, 0, Buffer.alloc(8)), { kind: 'GoAway' }],
    [
      'WINDOW_UPDATE without its reserved bit',
      frame(Type.WindowUpdate, 0, 1, word(0x8000_0007)),
      { kind: 'WindowUpdate', streamId: 1, increment: 7 },
    ],
    ['a type that is not known', frame(0x42, 255, 9, 'x'), { kind: 'Unknown' }],
  ])('%s', (_what, bytes, expected) => {
    expect(parse(bytes)).toMatchObject(expected);
  });
});

describe('parseFrame refuses', () => {
  it.each([
    ['6.1', 'DATA on stream 0', frame(Type.Data, 0, 0, 'x'), ProtocolError, 'Connection'],
    ['6.1', 'padding as long as the payload', frame(Type.Data, 8, 1, '\x01'), ProtocolError, 'Connection'],
    ['6.1', 'padding without its length', frame(Type.Data, 8, 1), FrameSizeError, 'Connection'],
    ['6.2', 'HEADERS on stream 0', frame(Type.Headers, 4, 0, 'x'), ProtocolError, 'Connection'],
    ['5.1.1', 'HEADERS on an even stream', frame(Type.Headers, 4, 2, 'x'), ProtocolError, 'Connection'],
    [
      '6.2',
      'padding as long as HEADERS',
      frame(Type.Headers, 12, 1, '\x06abcde'),
      ProtocolError,
      'Connection',
    ],
    [
      '6.2',
      'HEADERS too short for priority',
      frame(Type.Headers, 36, 1, 'abcd'),
      FrameSizeError,
      'Connection',
    ],
    ['6.3', 'PRIORITY on stream 0', frame(Type.Priority, 0, 0, PRIORITY), ProtocolError, 'Connection'],
    ['6.3', 'PRIORITY of 4 bytes', frame(Type.Priority, 0, 1, 'abcd'), FrameSizeError, 'Stream'],
    ['5.3.1', 'PRIORITY on itself (RFC 7540)', frame(Type.Priority, 0, 3, PRIORITY), ProtocolError, 'Stream'],
    ['6.4', 'RST_STREAM on stream 0', frame(Type.Reset, 0, 0, word(8)), ProtocolError, 'Connection'],
    ['6.4', 'RST_STREAM of 3 bytes', frame(Type.Reset, 0, 1, 'abc'), FrameSizeError, 'Connection'],
    ['6.5', 'SETTINGS on a stream', frame(Type.Settings, 0, 1), ProtocolError, 'Connection'],
    ['6.5', 'SETTINGS of 5 bytes', frame(Type.Settings, 0, 0, 'abcde'), FrameSizeError, 'Connection'],
    [
      '6.5',
      'SETTINGS with ACK and payload',
      frame(Type.Settings, 1, 0, '\x00\x04\x00\x00\x01\x00'),
      FrameSizeError,
      'Connection',
    ],
    ['8.4', 'PUSH_PROMISE', frame(Type.PushPromise, 4, 1, word(2)), ProtocolError, 'Connection'],
    ['6.7', 'PING on a stream', frame(Type.Ping, 0, 1, '12345678'), ProtocolError, 'Connection'],
    ['6.7', 'PING of 7 bytes', frame(Type.Ping, 0, 0, '1234567'), FrameSizeError, 'Connection'],
    ['6.8', 'GOAWAY on a stream', frame(Type.GoAway, 0, 1, Buffer.alloc(8)), ProtocolError, 'Connection'],
    ['6.8', 'GOAWAY of 7 bytes', frame(Type.GoAway, 0, 0, Buffer.alloc(7)), FrameSizeError, 'Connection'],
    ['6.9', 'WINDOW_UPDATE of 3 bytes', frame(Type.WindowUpdate, 0, 1, 'abc'), FrameSizeError, 'Connection'],
    [
      '6.9',
      'WINDOW_UPDATE by 0 on a stream',
      frame(Type.WindowUpdate, 0, 1, word(0)),
      ProtocolError,
      'Stream',
    ],
    [
      '6.9',
      'WINDOW_UPDATE by 0 of all',
      frame(Type.WindowUpdate, 0, 0, word(0)),
      ProtocolError,
      'Connection',
    ],
  ])('RFC 9113 section %s: %s', (_section, _what, bytes, code, scope) => {
    expect(parse(bytes)).toMatchObject({ scope, code });
  });
});
