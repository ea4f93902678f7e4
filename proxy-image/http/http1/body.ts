import { ChunkedDecoder } from './chunked.ts';
import { CHUNKED, UNTIL_CLOSE } from './framing.ts';
import { Pieces } from './pieces.ts';

export type BodyFault = 'MalformedChunk' | 'BodyTooLarge';

/** Finds the end of a body, and in what was read the bytes that are passed on. */
export interface BodyDecoder {
  /** What the last `read` found to pass on; it counts until anybody reads again. */
  readonly pieces: Pieces;
  readonly done: boolean;
  readonly fault: BodyFault | null;
  /** Bytes of content so far, without framing. */
  readonly contentLength: number;
  /** Reads from `start` to the end of `bytes`, or of the body; returns the offset behind the last byte that was read. */
  read(bytes: Buffer, start: number): number;
}

/** How a chunked body is passed on: as chunks without extensions and trailers, or as bare content. */
export type ChunkedForm = 'Chunks' | 'Content';

/** `limit` is the most content that is let through; 0 for no limit. */
export function bodyDecoder(length: number, form: ChunkedForm, limit: number): BodyDecoder {
  switch (length) {
    case CHUNKED:
      return new ChunkedDecoder(form, limit);
    case UNTIL_CLOSE:
      return new PlainDecoder(Number.POSITIVE_INFINITY);
    case 0:
      return NO_BODY;
    default:
      return new PlainDecoder(length);
  }
}

/** One object for all, as nothing is kept from one `read` to the next. */
const piece = new Pieces();

/** Most requests have none. There is nothing to remember about it, so one object does for all. */
const NO_BODY: BodyDecoder = {
  pieces: new Pieces(),
  done: true,
  fault: null,
  contentLength: 0,
  read: (_bytes, start) => start,
};

/** A body of known length, or one that ends with its connection. */
class PlainDecoder implements BodyDecoder {
  readonly pieces = piece;
  readonly fault = null;
  contentLength = 0;
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  get done(): boolean {
    return this.contentLength === this.#length;
  }

  read(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#length - this.contentLength);
    this.pieces.clear();
    this.pieces.add(start, end);
    this.contentLength += end - start;
    return end;
  }
}
