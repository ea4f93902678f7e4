import type { ErrorCode } from './error-codes.ts';
import { Flag, FRAME_HEADER, FrameType, MAX_PAYLOAD } from './frame.ts';

/** Up to here DATA is taken; what is left then waits with its stream, which costs a copy. Bytes. */
export const DATA_LIMIT = 262_144;

/**
 * Sizes of the buffers, in bytes: one for the few small frames that most turns of the event loop bring, and one that has room for all the
 * DATA that is taken and for other frames beside it. What is longer still gets a buffer of its own.
 */
const SIZES = [16_384, DATA_LIMIT + 16_384] as const;

/** Bytes of each size that are kept for the next connection; a connection has a buffer only while it has something to write. */
const MAX_SPARE_BYTES = 4_194_304;

/** Buffers that nobody uses, by their size. */
const spare = new Map<number, Buffer[]>(SIZES.map((size) => [size, []]));

/** A header block: the first `length` of these bytes. */
export interface Block {
  readonly bytes: Buffer;
  readonly length: number;
}

/** Which bytes are sent in one frame. */
export interface DataRange {
  readonly start: number;
  readonly end: number;
  readonly endStream: boolean;
}

/** Frames to be written. */
export interface Written {
  readonly bytes: Buffer;
  /** What they are in. */
  readonly buffer: Buffer;
}

/**
 * The frames that a connection has to write, put together in one buffer, so that a turn of the event loop costs one write however many
 * streams it served. Where the buffer has been handed over for writing the next frame begins another one.
 */
export class FrameWriter {
  #buffer: Buffer | null = null;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Bytes of DATA, its frame header included, that are taken now. */
  get room(): number {
    return Math.max(0, DATA_LIMIT - this.#length);
  }

  /** What has been put together; the writer begins anew. The buffer goes to `release` once it has been written. */
  take(): Written {
    const buffer = this.#buffer ?? NOTHING;
    const bytes = buffer.subarray(0, this.#length);
    this.#buffer = null;
    this.#length = 0;
    return { buffer, bytes };
  }

  /** DATA; the caller has seen to the windows and to `room`. */
  data(streamId: number, bytes: Buffer, { start, end, endStream }: DataRange): void {
    const target = this.#header(end - start, FrameType.Data, endStream ? Flag.EndStream : 0, streamId);
    this.#length += bytes.copy(target, this.#length, start, end);
  }

  /** HEADERS, and CONTINUATION where the block is longer than one frame may be. */
  headers(streamId: number, { bytes: block, length }: Block, endStream: boolean): void {
    for (let at = 0; at === 0 || at < length; at += MAX_PAYLOAD) {
      const end = Math.min(length, at + MAX_PAYLOAD);
      const last = end === length ? Flag.EndHeaders : 0;
      const type = at === 0 ? FrameType.Headers : FrameType.Continuation;
      const flags = at === 0 && endStream ? last | Flag.EndStream : last;
      const target = this.#header(end - at, type, flags, streamId);
      this.#length += block.copy(target, this.#length, at, end);
    }
  }

  reset(streamId: number, code: ErrorCode): void {
    this.#word(this.#header(4, FrameType.RstStream, 0, streamId), code);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.#word(this.#header(4, FrameType.WindowUpdate, 0, streamId), increment);
  }

  settings(settings: readonly (readonly [id: number, value: number])[]): void {
    const target = this.#header(settings.length * 6, FrameType.Settings, 0, 0);
    for (const [id, value] of settings) {
      this.#length = target.writeUInt16BE(id, this.#length);
      this.#word(target, value);
    }
  }

  settingsAck(): void {
    this.#header(0, FrameType.Settings, Flag.Ack, 0);
  }

  /** `data` is eight bytes. */
  ping(data: Buffer, ack: boolean): void {
    const target = this.#header(8, FrameType.Ping, ack ? Flag.Ack : 0, 0);
    this.#length += data.copy(target, this.#length);
  }

  goAway(lastStreamId: number, code: ErrorCode, reason: string): void {
    const target = this.#header(8 + reason.length, FrameType.GoAway, 0, 0);
    this.#word(target, lastStreamId);
    this.#word(target, code);
    this.#length += target.write(reason, this.#length, 'latin1');
  }

  /** Writes the header of a frame, and sees to it that there is room for the payload; returns the buffer to write it to. */
  #header(length: number, type: number, flags: number, streamId: number): Buffer {
    const target = this.#reserve(FRAME_HEADER + length);
    const at = this.#length;
    target[at] = length >> 16;
    target[at + 1] = length >> 8;
    target[at + 2] = length;
    target[at + 3] = type;
    target[at + 4] = flags;
    target[at + 5] = streamId >>> 24;
    target[at + 6] = streamId >> 16;
    target[at + 7] = streamId >> 8;
    target[at + 8] = streamId;
    this.#length = at + FRAME_HEADER;
    return target;
  }

  #word(target: Buffer, value: number): void {
    this.#length = target.writeUInt32BE(value, this.#length);
  }

  #reserve(length: number): Buffer {
    const buffer = this.#buffer ?? NOTHING;
    const needed = this.#length + length;
    if (needed <= buffer.length) {
      return buffer;
    }
    const larger = allocate(2 * needed);
    buffer.copy(larger, 0, 0, this.#length);
    release(buffer);
    this.#buffer = larger;
    return larger;
  }
}

function allocate(length: number): Buffer {
  const size = SIZES.find((size) => size >= length) ?? length;
  return spare.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
}

/** Takes back a buffer of what `take` gave, which nobody may look at any more. */
export function release(buffer: Buffer): void {
  const size = buffer.length;
  const buffers = spare.get(size);
  if (buffers !== undefined && buffers.length * size < MAX_SPARE_BYTES) {
    buffers.push(buffer);
  }
}

const NOTHING: Buffer = Buffer.alloc(0);
