import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { CHUNKED } from '../http1/framing.ts';
import type { RequestRecord } from '../request-record.ts';
import type { DataFrame } from './codec/frames/data.ts';
import { Outbox } from './outbox.ts';
import { Http2Stream } from './stream.ts';

const FULL: DataFrame = {
  kind: 'Data',
  streamId: 1,
  data: Buffer.alloc(16_384),
  flowLength: 16_384,
  endStream: false,
};

/** Bytes of a WINDOW_UPDATE frame. */
const WINDOW_UPDATE = 13;

/** A stream that receives a body, and what has been written for it. */
function newStream() {
  const outbox = new Outbox(new PassThrough() as unknown as Socket, () => undefined);
  const host = {
    outbox,
    now: () => 0,
    received: () => undefined,
    closed: () => undefined,
    finish: () => undefined,
  };
  const stream = new Http2Stream(host, {
    id: 1,
    method: 'POST',
    bodyLength: CHUNKED,
    ended: false,
    timeout: 1_000,
    window: 65_535,
    record: {} as RequestRecord,
  });
  return { stream, written: () => outbox.frames.length };
}

describe('the window of a stream (RFC 9113 section 5.2)', () => {
  it('is given back in portions as the body is passed on', () => {
    const { stream, written } = newStream();

    const after = Array.from({ length: 8 }, () => {
      stream.receiveData(FULL);
      return written();
    });

    expect(after).toEqual([0, 0, 0, 1, 1, 1, 1, 2].map((updates) => updates * WINDOW_UPDATE));
  });

  it('is held back while the server does not take the body, and given back when it does', () => {
    const { stream, written } = newStream();

    stream.pauseRequest();
    for (let count = 0; count < 16; count += 1) {
      stream.receiveData(FULL);
    }
    const held = written();
    const beyond = stream.receiveData(FULL);
    stream.resumeRequest();

    expect(held).toBe(0);
    expect(beyond).toMatchObject({ scope: 'Stream' });
    expect(written()).toBe(WINDOW_UPDATE);
  });
});
