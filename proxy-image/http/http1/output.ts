import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** From here on a buffer is waited for rather than left to the garbage collector, which large ones keep busy. */
const LARGE = 16_384;

/**
 * Sizes of the buffers, and how many of each wait to be used again at most: for heads, for heads with small bodies, for larger ones, and
 * for the largest read together with its head. There has to be one for each client that a busy proxy writes to at the same time.
 */
const spares = [
  { size: 2_048, most: 1_024, free: [] as OutputBuffer[] },
  { size: 4_096, most: 512, free: [] as OutputBuffer[] },
  { size: LARGE, most: 128, free: [] as OutputBuffer[] },
  { size: 147_456, most: 64, free: [] as OutputBuffer[] },
] as const;

type Spares = (typeof spares)[number];

/**
 * Memory in which something is put together that leaves in one write. It is used again, by whatever connection, once its bytes have been
 * written: never before, as a socket that can't take them at once goes on looking at them.
 */
export class OutputBuffer {
  readonly bytes: Buffer;
  /** How many of them are used, where they are not sent at once. */
  length = 0;
  readonly #spares: Spares | null;
  /** The part that was sent last: answers of one length, which are common, need no new view. */
  #view: Buffer;

  private constructor(size: number, spares: Spares | null) {
    // One of its own is left to its user and the garbage collector.
    this.bytes = spares === null ? Buffer.allocUnsafe(size) : Buffer.allocUnsafeSlow(size);
    this.#spares = spares;
    this.#view = this.bytes;
  }

  /** One of at least that many bytes, which nobody else has. */
  static take(size: number): OutputBuffer {
    for (const spare of spares) {
      if (size <= spare.size) {
        return spare.free.pop() ?? new OutputBuffer(spare.size, spare);
      }
    }
    return new OutputBuffer(size, null);
  }

  /** The bytes that are used. Whoever writes them says by `release` when neither a socket nor anybody else needs them any more. */
  get content(): Buffer {
    return this.#first(this.length);
  }

  /** Writes the first bytes; false when the socket wants to be waited for. The buffer must not be touched any more. */
  send(socket: Socket, length: number): boolean {
    const view = this.#first(length);
    if (length > LARGE || socket instanceof TLSSocket) {
      return socket.write(view, this.#written);
    }
    const ready = socket.write(view);
    // Without TLS nearly every small write is done at once, and telling so by a callback costs more than it is worth.
    if (socket.writableLength === 0) {
      this.release();
    }
    return ready;
  }

  /** Gives the memory back, at most once; what nobody gives back is left to the garbage collector. */
  release(): void {
    if (this.#spares !== null && this.#spares.free.length < this.#spares.most) {
      this.#spares.free.push(this);
    }
  }

  #first(length: number): Buffer {
    if (this.#view.length !== length) {
      this.#view = this.bytes.subarray(0, length);
    }
    return this.#view;
  }

  /** One function for all writes. After an error nobody says when the bytes are not looked at any more. */
  readonly #written = (error?: Error | null): void => {
    if (error === undefined || error === null) {
      this.release();
    }
  };
}
