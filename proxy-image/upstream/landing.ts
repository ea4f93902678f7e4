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

/** Where what a socket reads goes. One object for each, so that it is looked up once rather than at each read. */
interface Delivery {
  readonly socket: Socket;
  taker: Taker | null;
  /** True when something may still wait in the stream, which comes before what is read now. */
  streamed: boolean;
}

const deliveries = new WeakMap<Socket, Delivery>();

/**
 * Makes a socket read without allocating 64 KiB for each read, as it would by itself. As long as there is no taker its chunks are pushed
 * to it as usual, and belong to whoever gets them; to give memory back is a favour, not a duty.
 */
export function landingFor(socket: () => Socket): OnReadOpts {
  let delivery: Delivery | null = null;
  return {
    buffer: landing,
    callback: (length) => {
      delivery ??= deliveryOf(socket());
      return landed(delivery, length);
    },
  };
}

/**
 * From now on what such a socket reads is given to `taker`, without a copy and past its stream; with null it goes to the stream again.
 * What is in the stream already comes from there, and what is read behind it as well.
 */
export function deliverTo(socket: Socket, taker: Taker | null): void {
  deliveryOf(socket).taker = taker;
}

function deliveryOf(socket: Socket): Delivery {
  const known = deliveries.get(socket);
  if (known !== undefined) {
    return known;
  }
  const made = { socket, taker: null, streamed: true };
  deliveries.set(socket, made);
  return made;
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

/** The part of the landing that was read last: reads of one length, which are common, need no new view. */
let view = landing;

/** False when the stream wants nothing more for now. */
function landed(delivery: Delivery, length: number): boolean {
  const { socket, taker } = delivery;
  if (view.length !== length) {
    view = landing.subarray(0, length);
  }
  if (taker === null || (delivery.streamed && socket.readableLength > 0)) {
    delivery.streamed = true;
    return socket.push(copyOf(view));
  }
  delivery.streamed = false;
  taker(view);
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
