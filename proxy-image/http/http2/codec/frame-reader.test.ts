import { describe, expect, it } from '@jest/globals';
import {
  data,
  frame,
  headers,
  ping,
  PREFACE,
  settings,
  Type,
} from '../../../../test/support/http2/frames.ts';
import { random } from '../../../../test/support/random.ts';
import { ErrorCode } from './error-codes.ts';
import { FrameReader } from './frame-reader.ts';
import type { FrameHeader } from './frame.ts';
import { parseFrame } from './parse-frame.ts';

type Seen = FrameHeader & { readonly payload: string };

function newReader(limit = Number.POSITIVE_INFINITY) {
  const frames: Seen[] = [];
  const reader = new FrameReader({
    frame: (header, payload) => {
      frames.push({ ...header, payload: payload.toString('latin1') });
      return frames.length < limit;
    },
  });
  return { reader, frames };
}

const STREAM = Buffer.concat([
  PREFACE,
  settings([4, 1_000]),
  headers(1),
  data(1, ''),
  data(1, 'hello', 1),
  ping(),
  frame(77, 255, 0x8000_0003, 'unknown'),
]);

describe('FrameReader', () => {
  const whole = newReader();
  whole.reader.read(STREAM);

  it('reads frames, and ignores the reserved bit (RFC 9113 section 4.1)', () => {
    expect(whole.frames.map(({ type, streamId, length }) => [type, streamId, length])).toEqual([
      [Type.Settings, 0, 6],
      [Type.Headers, 1, expect.any(Number)],
      [Type.Data, 1, 0],
      [Type.Data, 1, 5],
      [Type.Ping, 0, 8],
      [77, 3, 7],
    ]);
    expect(whole.reader.unfinished).toBe('Nothing');
  });

  it('reads the same when it is cut in two anywhere', () => {
    for (let cut = 0; cut <= STREAM.length; cut += 1) {
      const { reader, frames } = newReader();

      const violations = [reader.read(STREAM.subarray(0, cut)), reader.read(STREAM.subarray(cut))];

      expect(violations).toEqual([null, null]);
      expect(frames).toEqual(whole.frames);
    }
  });

  it.each([1, 2, 3, 7, 10])('reads the same in pieces of %d bytes', (size) => {
    const { reader, frames } = newReader();

    for (let at = 0; at < STREAM.length; at += size) {
      reader.read(STREAM.subarray(at, at + size));
    }

    expect(frames).toEqual(whole.frames);
  });

  it.each([
    ['Preface', PREFACE.subarray(0, 10)],
    ['Nothing', PREFACE],
    ['Frame', Buffer.concat([PREFACE, headers(1).subarray(0, 5)])],
    ['Frame', Buffer.concat([PREFACE, headers(1).subarray(0, 12)])],
    ['Data', Buffer.concat([PREFACE, data(1, 'hello').subarray(0, 12)])],
  ])('knows that it is in the middle of: %s', (unfinished, bytes) => {
    const { reader } = newReader();

    reader.read(bytes);

    expect(reader.unfinished).toBe(unfinished);
  });

  it('refuses every other beginning at its first wrong byte (RFC 9113 section 3.4)', () => {
    for (let at = 0; at < PREFACE.length; at += 1) {
      const bytes = Buffer.from(PREFACE);
      bytes[at] = (bytes[at] ?? 0) ^ 1;

      const violation = newReader().reader.read(bytes.subarray(0, at + 1));

      expect(violation).toMatchObject({ scope: 'Connection', code: ErrorCode.ProtocolError });
    }
  });

  it('refuses a frame that is too long when its header has been read (RFC 9113 section 4.2)', () => {
    const bytes = Buffer.concat([PREFACE, data(1, Buffer.alloc(16_385)).subarray(0, 9)]);
    for (const cut of [bytes.length - 4, bytes.length]) {
      const { reader } = newReader();

      const violations = [reader.read(bytes.subarray(0, cut)), reader.read(bytes.subarray(cut))];

      expect(violations).toContainEqual(
        expect.objectContaining({ scope: 'Connection', code: ErrorCode.FrameSizeError }),
      );
    }
  });

  it('takes the longest frame that is allowed', () => {
    const { reader, frames } = newReader();

    reader.read(Buffer.concat([PREFACE, data(1, Buffer.alloc(16_384))]));

    expect(frames).toHaveLength(1);
  });

  it('gives out no further frame when none is wanted', () => {
    const { reader, frames } = newReader(2);

    reader.read(STREAM);

    expect(frames).toHaveLength(2);
  });

  it('never crashes on random bytes, nor what parses its frames', () => {
    const source = random(1);
    for (let round = 0; round < 500; round += 1) {
      const bytes = Buffer.from(Array.from({ length: 200 }, () => source.integer(256)));
      for (let at = 0; at < bytes.length; at += 1 + source.integer(30)) {
        bytes.writeUIntBE(source.integer(20), Math.min(at, 190), 3);
        bytes[Math.min(at, 190) + 3] = source.integer(11);
      }
      const kinds: string[] = [];
      const reader = new FrameReader({
        frame: (header, payload) => {
          const parsed = parseFrame(header, payload);
          kinds.push('scope' in parsed ? parsed.scope : parsed.kind);
          return true;
        },
      });

      reader.read(PREFACE);
      reader.read(bytes);

      expect(kinds.every((kind) => kind !== '')).toBe(true);
    }
  });
});
