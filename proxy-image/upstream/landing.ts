import type { OnReadOpts, Socket } from 'node:net';

/** Bytes that one read may bring: more than 64 KiB, so that a response of that size and its head are read at once. */
const SIZE = 131_072;

/** Up to here a chunk gets memory of its own; beyond, memory that is used again, as large chunks are what makes garbage collection dear. */
const SMALL = 16_384;

/** Buffers that wait to be used again, at most. */
const MAX_FREE = 64;

/** All reads land here, and are copied out before the next one. */
const landing = Buffer.allocUnsafeSlow(SIZE);

const free: ArrayBufferLike[] = [];

/** What is out there and has not been given back. */
const lent = new WeakSet<ArrayBufferLike>();

/**
 * Makes a socket read without allocating 64 KiB for each read, as it would by itself. Its chunks are pushed to it as usual, and belong to
 * whoever gets them; to give memory back is a favour, not a duty.
 */
export function landingFor(socket: () => Socket): OnReadOpts {
  return { buffer: landing, callback: (length) => socket().push(copyOf(length)) };
}

/**
 * What to pass to the last write that needs a chunk's memory: gives it back when that write is done. Undefined when there is nothing to
 * give back.
 */
export function givesBack({ buffer }: Buffer): (() => void) | undefined {
  return buffer.byteLength === SIZE && lent.has(buffer) ? () => giveBack(buffer) : undefined;
}

function giveBack(memory: ArrayBufferLike): void {
  if (lent.delete(memory) && free.length < MAX_FREE) {
    free.push(memory);
  }
}

function copyOf(length: number): Buffer {
  const chunk = length > SMALL ? Buffer.from(lend(), 0, length) : Buffer.allocUnsafe(length);
  landing.copy(chunk, 0, 0, length);
  return chunk;
}

function lend(): ArrayBufferLike {
  const memory = free.pop() ?? Buffer.allocUnsafeSlow(SIZE).buffer;
  lent.add(memory);
  return memory;
}
