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

/** Takes what was read while it is in the landing: what is looked at after the call has to be kept before it ends. */
export type Taker = (bytes: Buffer) => void;

const takers = new WeakMap<Socket, Taker>();

/**
 * Makes a socket read without allocating 64 KiB for each read, as it would by itself. As long as there is no taker its chunks are pushed
 * to it as usual, and belong to whoever gets them; to give memory back is a favour, not a duty.
 */
export function landingFor(socket: () => Socket): OnReadOpts {
  return { buffer: landing, callback: (length) => landed(socket(), length) };
}

/**
 * From now on what such a socket reads is given to `taker`, without a copy and past its stream; with null it goes to the stream again.
 * What is in the stream already comes from there, and what is read behind it as well.
 */
export function deliverTo(socket: Socket, taker: Taker | null): void {
  if (taker === null) {
    takers.delete(socket);
  } else {
    takers.set(socket, taker);
  }
}

/** True for bytes that are overwritten by the next read, of whatever socket. */
export function hasLanded(bytes: Buffer): boolean {
  return bytes.buffer === landing.buffer;
}

/** Bytes that may be kept: these, or a copy where they are in the landing. */
export function keep(bytes: Buffer): Buffer {
  return hasLanded(bytes) ? copyOf(bytes) : bytes;
}

/**
 * What to pass to the last write that needs a chunk's memory: gives it back when that write is done. Undefined when there is nothing to
 * give back.
 */
export function givesBack({ buffer }: Buffer): (() => void) | undefined {
  return buffer.byteLength === SIZE && lent.has(buffer) ? () => takeBack(buffer) : undefined;
}

/** Gives back at once what `copyOf` gave. */
export function giveBack({ buffer }: Buffer): void {
  takeBack(buffer);
}

function takeBack(memory: ArrayBufferLike): void {
  if (lent.delete(memory) && free.length < MAX_FREE) {
    free.push(memory);
  }
}

/** False when the stream wants nothing more for now. */
function landed(socket: Socket, length: number): boolean {
  const bytes = landing.subarray(0, length);
  const taker = takers.get(socket);
  if (taker === undefined || socket.readableLength > 0) {
    return socket.push(copyOf(bytes));
  }
  taker(bytes);
  return true;
}

/** A copy that nobody else has; it can be given back when it is not needed any more. */
export function copyOf(bytes: Buffer): Buffer {
  const { length } = bytes;
  const copy = length > SMALL ? Buffer.from(lend(), 0, length) : Buffer.allocUnsafe(length);
  bytes.copy(copy, 0, 0, length);
  return copy;
}

function lend(): ArrayBufferLike {
  const memory = free.pop() ?? Buffer.allocUnsafeSlow(SIZE).buffer;
  lent.add(memory);
  return memory;
}
