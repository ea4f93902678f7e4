import { connectionError, ErrorCode, type Violation } from './codec/error-codes.ts';
import type { ContinuationFrame, HeadersFrame } from './codec/frames/headers.ts';
import { Limits } from './streams/counts.ts';

/** A whole header block, as one frame would have brought it. */
export type HeaderBlock = Omit<HeadersFrame, 'endHeaders'>;

/** Puts header blocks together from HEADERS and the CONTINUATION frames behind them (RFC 9113 section 4.3). */
export class HeaderBlocks {
  #first: HeadersFrame | null = null;
  #fragments: Buffer[] = [];
  #length = 0;

  /** The stream whose block is not complete yet; 0 for none. Until it is nothing else may be sent. */
  get pending(): number {
    return this.#first?.streamId ?? 0;
  }

  start(frame: HeadersFrame): HeaderBlock | null {
    if (frame.endHeaders) {
      return frame;
    }
    this.#first = frame;
    this.#fragments = [frame.fragment];
    this.#length = frame.fragment.length;
    return null;
  }

  /** `limit` is the most that a block may have; null when more is to come. */
  proceed(frame: ContinuationFrame, limit: number): HeaderBlock | Violation | null {
    const first = this.#first;
    if (first === null) {
      return connectionError(ErrorCode.ProtocolError, 'CONTINUATION without HEADERS');
    }
    this.#fragments.push(frame.fragment);
    this.#length += frame.fragment.length;
    if (this.#fragments.length > Limits.continuations + 1 || this.#length > limit) {
      return connectionError(ErrorCode.EnhanceYourCalm, 'header block of too many or too long frames');
    }
    if (!frame.endHeaders) {
      return null;
    }
    const fragment = Buffer.concat(this.#fragments);
    this.#first = null;
    this.#fragments = [];
    return { ...first, fragment };
  }
}
