import { keep } from '../../upstream/landing.ts';

const NOTHING: Buffer = Buffer.alloc(0);
const FIRST_CAPACITY = 4_096;

/**
 * Bytes that were read and wait for more: an unfinished head, or the requests that a client sent ahead. What was read in one piece is
 * not copied; the rest goes into a buffer that doubles, so that a head dripping in byte by byte costs no more than its length.
 */
export class InputBuffer {
  #bytes = NOTHING;
  #start = 0;
  #end = 0;
  /** True when `#bytes` was allocated here and has room that may be written to. */
  #owned = false;

  get length(): number {
    return this.#end - this.#start;
  }

  /** What waits, as one buffer; offsets in it stay right when more is appended. */
  view(): Buffer {
    const whole = this.#start === 0 && this.#end === this.#bytes.length;
    return whole ? this.#bytes : this.#bytes.subarray(this.#start, this.#end);
  }

  append(chunk: Buffer): void {
    if (chunk.length === 0) {
      return;
    }
    if (this.length === 0) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#owned = false;
      return;
    }
    if (!this.#owned || this.#end + chunk.length > this.#bytes.length) {
      this.#grow(chunk.length);
    }
    this.#end += chunk.copy(this.#bytes, this.#end);
  }

  /** What was appended last is still in the landing, which is about to be overwritten. */
  keep(): void {
    if (!this.#owned && this.length > 0) {
      this.#bytes = keep(this.view());
      this.#end = this.length;
      this.#start = 0;
    }
  }

  /** Drops the first `count` bytes. */
  consume(count: number): void {
    this.#start += count;
    if (this.#start === this.#end) {
      this.clear();
    }
  }

  clear(): void {
    this.#bytes = NOTHING;
    this.#start = 0;
    this.#end = 0;
    this.#owned = false;
  }

  #grow(by: number): void {
    const { length } = this;
    const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_CAPACITY, 2 * (length + by)));
    this.#bytes.copy(grown, 0, this.#start, this.#end);
    this.#bytes = grown;
    this.#start = 0;
    this.#end = length;
    this.#owned = true;
  }
}
