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
    writer.headers(1, Buffer.from('block'), false, 16_384);
    writer.data(1, Buffer.from('--hello--'), { start: 2, end: 7, endStream: true });
    writer.windowUpdate(0, 70_000);
    writer.reset(0x7fff_ffff, ErrorCode.Cancel);
    writer.ping(Buffer.from('12345678'), true);
    writer.goAway(3, ErrorCode.EnhanceYourCalm, 'why');

    const written = writer.take();

    expect(written).toEqual(
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

    writer.headers(1, Buffer.from('abcdefgh'), true, 3);

    expect(writer.take()).toEqual(
      Buffer.concat([
        frame(Type.Headers, Flags.EndStream, 1, 'abc'),
        frame(Type.Continuation, 0, 1, 'def'),
        frame(Type.Continuation, Flags.EndHeaders, 1, 'gh'),
      ]),
    );
  });

  it('grows for frames other than DATA, and says how much DATA it takes', () => {
    const writer = new FrameWriter();
    const empty = writer.room;

    writer.headers(1, Buffer.alloc(3 * empty, 7), false, 4 * empty);

    expect(writer.room).toBe(0);
    expect(writer.length).toBe(3 * empty + 9);
    expect(writer.take().subarray(9)).toEqual(Buffer.alloc(3 * empty, 7));
  });

  it('never writes to bytes that it has given away before it gets them back', () => {
    const writer = new FrameWriter();
    writer.ping(Buffer.from('11111111'), false);
    const first = writer.take();

    writer.ping(Buffer.from('22222222'), false);
    const second = writer.take();
    release(first);
    writer.ping(Buffer.from('33333333'), false);

    expect(second.subarray(9)).toEqual(Buffer.from('22222222'));
    expect(writer.take().subarray(9)).toEqual(Buffer.from('33333333'));
  });
});
