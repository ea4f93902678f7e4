import { connectionError, ErrorCode, type Violation } from './error-codes.ts';
import { FRAME_HEADER, FrameType, MAX_PAYLOAD, type FrameHeader } from './frame.ts';

/** What a client sends first (RFC 9113 section 3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Takes frames as they are read. */
export interface FrameSink {
  /** `payload` may be kept. Returns false when there is to be no further frame. */
  frame(header: FrameHeader, payload: Buffer): boolean;
}

/** What the bytes after the last whole frame are part of: nothing, the preface, or a frame whose type may not be known yet. */
export type Unfinished = 'Nothing' | 'Preface' | 'Data' | 'Frame';

/**
 * Cuts what a client sends into frames, however it arrives: the payload of a frame that came in one piece is a view of that piece, any
 * other is put together in a buffer of its own size.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  /** Bytes of the preface that are still to come. */
  #preface = PREFACE.length;
  /** The beginning of a frame; null between frames. */
  #part: Buffer | null = null;
  #have = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  get unfinished(): Unfinished {
    if (this.#preface > 0) {
      return 'Preface';
    }
    if (this.#part === null) {
      return 'Nothing';
    }
    return this.#have >= FRAME_HEADER && this.#part[3] === FrameType.Data ? 'Data' : 'Frame';
  }

  /** Null when all was well, or the sink wants no more. */
  read(chunk: Buffer): Violation | null {
    let at = 0;
    if (this.#preface > 0) {
      at = this.#readPreface(chunk);
      if (at < 0) {
        return connectionError(ErrorCode.ProtocolError, 'this is no HTTP/2 preface');
      }
    }
    while (at < chunk.length) {
      const next = this.#part === null ? this.#readWhole(chunk, at) : this.#readMore(this.#part, chunk, at);
      if (typeof next !== 'number') {
        return next;
      }
      at = next;
    }
    return null;
  }

  /** -1 for another byte than the preface has. */
  #readPreface(chunk: Buffer): number {
    const start = PREFACE.length - this.#preface;
    const count = Math.min(this.#preface, chunk.length);
    if (chunk.compare(PREFACE, start, start + count, 0, count) !== 0) {
      return -1;
    }
    this.#preface -= count;
    return count;
  }

  /** Reads a frame that is there from its first byte to its last, or puts by what there is of it; returns the offset behind it. */
  #readWhole(chunk: Buffer, start: number): number | Violation {
    if (chunk.length - start >= FRAME_HEADER) {
      const header = readHeader(chunk, start);
      if (header.length > MAX_PAYLOAD) {
        return tooLong();
      }
      const end = start + FRAME_HEADER + header.length;
      if (end <= chunk.length) {
        return this.#sink.frame(header, chunk.subarray(start + FRAME_HEADER, end)) ? end : chunk.length;
      }
      this.#part = Buffer.allocUnsafe(FRAME_HEADER + header.length);
    } else {
      this.#part = Buffer.allocUnsafe(FRAME_HEADER);
    }
    this.#have = chunk.copy(this.#part, 0, start);
    return chunk.length;
  }

  #readMore(part: Buffer, chunk: Buffer, start: number): number | Violation {
    const count = Math.min(part.length - this.#have, chunk.length - start);
    chunk.copy(part, this.#have, start, start + count);
    this.#have += count;
    const at = start + count;
    if (this.#have < part.length) {
      return at;
    }
    const header = readHeader(part, 0);
    if (header.length > MAX_PAYLOAD) {
      return tooLong();
    }
    if (part.length < FRAME_HEADER + header.length) {
      this.#part = Buffer.allocUnsafe(FRAME_HEADER + header.length);
      part.copy(this.#part);
      return at;
    }
    this.#part = null;
    return this.#sink.frame(header, part.subarray(FRAME_HEADER)) ? at : chunk.length;
  }
}

function readHeader(bytes: Buffer, at: number): FrameHeader {
  return {
    length: bytes.readUIntBE(at, 3),
    type: bytes[at + 3] ?? 0,
    flags: bytes[at + 4] ?? 0,
    // Section 4.1: the highest bit is reserved, and ignored.
    streamId: bytes.readUInt32BE(at + 5) & 0x7fff_ffff,
  };
}

/** RFC 9113 section 4.2. */
function tooLong(): Violation {
  return connectionError(ErrorCode.FrameSizeError, `frame longer than ${MAX_PAYLOAD} bytes`);
}
