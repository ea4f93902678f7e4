import { describe, expect, it } from '@jest/globals';
import {
  data,
  Flags,
  frame,
  ping,
  reset,
  settings,
  Type,
  windowUpdate,
  word,
} from '../../../../test/support/http2/frames.ts';
import { ErrorCode } from './error-codes.ts';
import { FrameWriter, release } from './frame-writer.ts';

describe('FrameWriter', () => {
  it('puts all frames together in their order', () => {
    const writer = new FrameWriter();
    writer.settings([[4, 1_000]]);
    writer.settingsAck();
    writer.headers(1, { bytes: Buffer.from('block and more'), length: 5 }, false);
    writer.data(1, Buffer.from('--hello--'), { start: 2, end: 7, endStream: true });
    writer.windowUpdate(0, 70_000);
    writer.reset(0x7fff_ffff, ErrorCode.Cancel);
    writer.ping(Buffer.from('12345678'), true);
    writer.goAway(3, ErrorCode.EnhanceYourCalm, 'why');

    const { bytes } = writer.take();

    expect(bytes).toEqual(
      Buffer.concat([
        settings([4, 1_000]),
        frame(Type.Settings, Flags.Ack, 0),
        frame(Type.Headers, Flags.EndHeaders, 1, 'block'),
        data(1, 'hello', Flags.EndStream),
        windowUpdate(0, 70_000),
        reset(0x7fff_ffff),
        ping('12345678', Flags.Ack),
        frame(Type.GoAway, 0, 0, Buffer.concat([word(3), word(11), Buffer.from('why')])),
      ]),
    );
    expect(writer.length).toBe(0);
  });

  it('continues a header block that is longer than a frame (RFC 9113 section 6.10)', () => {
    const writer = new FrameWriter();

    const block = Buffer.concat([Buffer.alloc(16_384, 'a'), Buffer.alloc(16_384, 'b'), Buffer.from('c')]);

    writer.headers(1, { bytes: block, length: block.length }, true);

    expect(writer.take().bytes).toEqual(
      Buffer.concat([
        frame(Type.Headers, Flags.EndStream, 1, Buffer.alloc(16_384, 'a')),
        frame(Type.Continuation, 0, 1, Buffer.alloc(16_384, 'b')),
        frame(Type.Continuation, Flags.EndHeaders, 1, 'c'),
      ]),
    );
  });

  it('grows for frames other than DATA, and says how much DATA it takes', () => {
    const writer = new FrameWriter();
    const empty = writer.room;

    const pings = Math.ceil((2 * empty) / 17);
    for (let count = 0; count < pings; count += 1) {
      writer.ping(Buffer.from('12345678'), false);
    }

    expect(writer.room).toBe(0);
    expect(writer.length).toBe(pings * 17);
    expect(writer.take().bytes).toEqual(Buffer.concat(Array.from({ length: pings }, () => ping('12345678'))));
  });

  it('never writes to bytes that it has given away before it gets them back', () => {
    const writer = new FrameWriter();
    writer.ping(Buffer.from('11111111'), false);
    const first = writer.take();

    writer.ping(Buffer.from('22222222'), false);
    const second = writer.take();
    release(first.buffer);
    writer.ping(Buffer.from('33333333'), false);

    expect(second.bytes.subarray(9)).toEqual(Buffer.from('22222222'));
    expect(writer.take().bytes.subarray(9)).toEqual(Buffer.from('33333333'));
  });
});
