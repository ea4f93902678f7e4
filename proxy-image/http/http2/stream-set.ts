import { connectionError, ErrorCode, type Violation } from './codec/error-codes.ts';
import type { Http2Stream } from './stream.ts';
import { ClosedStreams } from './streams/closed-streams.ts';
import { move, type StreamEvent } from './streams/state.ts';

type ClosedState = Parameters<ClosedStreams['add']>[1];

/** The streams of one connection: those that are open, and what has become of the others. */
export class StreamSet {
  readonly #open = new Map<number, Http2Stream>();
  readonly #closed = new ClosedStreams();
  #last = 0;
  #total = 0;

  /** Streams that are not closed. */
  get size(): number {
    return this.#open.size;
  }

  /** The highest number that the client has used. */
  get last(): number {
    return this.#last;
  }

  /** How many streams the client has opened. */
  get total(): number {
    return this.#total;
  }

  [Symbol.iterator](): IterableIterator<Http2Stream> {
    return this.#open.values();
  }

  /** RFC 9113 section 5.1.1: a client uses odd numbers, each higher than the one before; all others stay idle. */
  isIdle(streamId: number): boolean {
    return streamId > this.#last || streamId % 2 === 0;
  }

  get(streamId: number): Http2Stream | undefined {
    return this.#open.get(streamId);
  }

  /** The client has begun a stream, which may or may not be served. */
  begin(streamId: number): void {
    this.#last = streamId;
    this.#total += 1;
  }

  add(stream: Http2Stream): void {
    this.#open.set(stream.id, stream);
  }

  close(streamId: number, how: ClosedState): void {
    this.#open.delete(streamId);
    this.#closed.add(streamId, how);
  }

  /** The stream that something has happened to; null when it is closed, and what has happened counts for nothing any more. */
  find(streamId: number, event: StreamEvent): Http2Stream | Violation | null {
    const stream = this.#open.get(streamId);
    const state = stream?.state ?? (this.isIdle(streamId) ? 'Idle' : this.#closed.state(streamId));
    if (state === null) {
      return forgotten(event);
    }
    const to = move(state, event);
    return typeof to === 'string' ? (stream ?? null) : to;
  }
}

/** A stream that ended so long ago that nobody knows how, or that was skipped, and so is closed as well (RFC 9113 section 5.1.1). */
function forgotten(event: StreamEvent): Violation | null {
  switch (event) {
    case 'HeadersIn':
      return connectionError(ErrorCode.ProtocolError, 'a stream with a lower number than the one before');
    case 'DataIn':
      return connectionError(ErrorCode.StreamClosed, 'DATA on a stream that ended long ago');
    default:
      return null;
  }
}
