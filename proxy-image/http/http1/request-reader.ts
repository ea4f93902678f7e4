import { bodyDecoder, type BodyDecoder } from './body.ts';
import { InputBuffer } from './buffer.ts';
import { RequestHead, type HeadOutcome } from './request-head.ts';

/**
 * What is being read. `Head`: the head of the next request, or the wait for it. `Body`: the body of the request being served. `Complete`:
 * nothing; what arrives waits until that request has been answered. `Closing`: the connection ends, what arrives is dropped.
 */
export type Reading = 'Head' | 'Body' | 'Complete' | 'Closing';

/** Finds the requests in the bytes of one client, one after the other, and keeps what came ahead. */
export class RequestReader {
  /** Of the request at hand. */
  readonly head = new RequestHead();
  readonly #input = new InputBuffer();
  #reading: Reading = 'Head';
  #begun = false;
  #body: BodyDecoder | null = null;

  get reading(): Reading {
    return this.#reading;
  }

  /** True from the first byte of a request on. */
  get begun(): boolean {
    return this.#begun;
  }

  /** True between two requests, as long as nothing of the next one is there. */
  get idle(): boolean {
    return this.#reading === 'Head' && this.#input.length === 0;
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#input.length;
  }

  /** Bytes of content that the request at hand has brought so far. */
  get bodyBytes(): number {
    return this.#body?.contentLength ?? 0;
  }

  /** What waits; the offsets of a head that is read from it stay right. */
  view(): Buffer {
    return this.#input.view();
  }

  append(chunk: Buffer): void {
    this.#input.append(chunk);
  }

  /** The first byte of a request is there. */
  begin(): void {
    this.#begun = true;
  }

  /** Goes on reading the head, from what waits. At most `limit` bytes may be head. */
  readHead(bytes: Buffer, limit: number): HeadOutcome {
    const outcome = this.head.read(bytes, limit);
    if (outcome === 'Complete') {
      this.#reading = this.head.bodyLength === 0 ? 'Complete' : 'Body';
      this.#input.consume(this.head.end);
    }
    return outcome;
  }

  /** Reads what has come of the body with the head; at most `limit` bytes may be content, 0 for no limit. */
  beginBody(bytes: Buffer, limit: number): BodyDecoder {
    const { end, bodyLength } = this.head;
    const body = bodyDecoder(bodyLength, 'Chunks', limit);
    const consumed = body.read(bytes, end);
    this.#body = body;
    if (body.fault === null) {
      this.#input.consume(consumed - end);
      this.#reading = body.done ? 'Complete' : 'Body';
    }
    return body;
  }

  /** Reads more of the body, which `beginBody` has begun; what follows it waits. Null when there is none. */
  readBody(chunk: Buffer): BodyDecoder | null {
    const body = this.#body;
    const consumed = body?.read(chunk, 0) ?? 0;
    if (body?.done === true) {
      this.#reading = 'Complete';
      this.#input.append(chunk.subarray(consumed));
    }
    return body;
  }

  /** On to the next request. */
  next(): void {
    this.head.begin();
    this.#body = null;
    this.#begun = false;
    this.#reading = 'Head';
  }

  /** From now on what arrives is dropped. */
  close(): void {
    this.#reading = 'Closing';
    this.#body = null;
    this.#input.clear();
  }
}
