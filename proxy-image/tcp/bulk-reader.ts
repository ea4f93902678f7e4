import type { OnReadOpts } from 'node:net';

/**
 * Sizes of buffers. A connection begins with the smallest; one that fills its buffer gets the next larger, and one that uses little of it
 * the next smaller. So an idle connection holds 4 KiB, and bulk is read in pieces that cost a quarter of the system calls.
 */
const SIZES = [4 * 1024, 64 * 1024, 256 * 1024] as const;
/** Bytes of free buffers that are kept for each size. */
const MAX_FREE = 4 * 2 ** 20;

type Level = 0 | 1 | 2;

/** Takes what was read. False when the bytes are still needed after the call: then they must be left alone until `drained`. */
export type BulkSink = (chunk: Buffer) => boolean;

const free: readonly Buffer[][] = [[], [], []];

/** Reads of a plain socket into few buffers that are used again and again, where 'data' events make a new one for each read. */
export class BulkReader {
  /** For `net.connect`. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#buffer,
    callback: (bytes) => this.#read(bytes),
  };
  #level: Level = 0;
  /** What a buffer of the smallest size is followed by when it is filled. */
  #larger: Level = 1;
  #buffer = take(0);
  /** Holds bytes that are being written. */
  #lent: { readonly level: Level; readonly buffer: Buffer } | null = null;
  #sink: BulkSink = () => true;

  /** From now on; nothing may be read before. */
  deliverTo(sink: BulkSink): void {
    this.#sink = sink;
  }

  /** All that was read has been written. */
  drained(): void {
    if (this.#lent !== null) {
      give(this.#lent.level, this.#lent.buffer);
      this.#lent = null;
    }
  }

  /** Nothing will be read any more. */
  close(): void {
    give(this.#level, this.#buffer);
    this.#buffer = Buffer.alloc(0);
    // What is lent may still be on its way.
    this.#lent = null;
    this.#sink = () => true;
  }

  /** True: go on reading, unless the sink has paused the socket. */
  #read(bytes: number): boolean {
    const [level, buffer] = [this.#level, this.#buffer];
    const done = this.#sink(buffer.subarray(0, bytes));
    const next = this.#next(bytes);
    if (done && next === level) {
      return true;
    }
    if (done) {
      this.#use(next);
      give(level, buffer);
      return true;
    }
    // One that was lent before is left to the garbage collector: nobody will say when its bytes have left.
    this.#lent = { level, buffer };
    // Nothing is read as long as the receiver takes nothing, and one that takes nothing for long shall not cost two large buffers.
    this.#use(0);
    this.#larger = next === 0 ? 1 : next;
    return true;
  }

  #use(level: Level): void {
    this.#level = level;
    this.#larger = 1;
    this.#buffer = take(level);
  }

  /** The level for the next read, after one of so many bytes. */
  #next(bytes: number): Level {
    const level = this.#level;
    if (bytes === SIZES[level]) {
      return level === 0 ? this.#larger : 2;
    }
    const smaller = (level - 1) as Level;
    return level > 0 && bytes <= SIZES[smaller] / 2 ? smaller : level;
  }
}

function take(level: Level): Buffer {
  return free[level]?.pop() ?? Buffer.allocUnsafeSlow(SIZES[level]);
}

function give(level: Level, buffer: Buffer): void {
  const buffers = free[level];
  if (buffers !== undefined && buffers.length * SIZES[level] < MAX_FREE && buffer.length === SIZES[level]) {
    buffers.push(buffer);
  }
}
