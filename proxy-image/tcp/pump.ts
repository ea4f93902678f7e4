import type { Socket } from 'node:net';
import type { Counter } from '../metrics/registry.ts';
import { givesBack } from '../upstream/landing.ts';
import type { BulkReader } from './bulk-reader.ts';
import { discard } from './discard.ts';
import { stalls } from './stalls.ts';
import type { Stalled } from './stalls.ts';

/** Where a pump reads. */
export interface PumpSource {
  readonly socket: Socket;
  readonly transport?: Socket;
  /** How it is read, where that is not by 'data' events. */
  readonly reader?: BulkReader | null;
}

export interface PumpOwner {
  /** This source is not read from at the moment, so that nobody would notice its reset. */
  suspect(source: PumpSource): void;
}

/** One direction of a splice: passes on what is read, and reads no more while it waits to be written. */
export class Pump implements Stalled {
  /** That have passed. */
  bytes = 0;
  readonly #from: PumpSource;
  readonly #to: Socket;
  readonly #counter: Counter;
  readonly #owner: PumpOwner;
  /** Nothing is read until what was read last has been written. */
  #waiting = false;
  /** Is being written, and can be discarded after that. */
  #written: Buffer | null = null;

  constructor(from: PumpSource, to: Socket, counter: Counter, owner: PumpOwner) {
    this.#from = from;
    this.#to = to;
    this.#counter = counter;
    this.#owner = owner;
  }

  /** The source still has to be resumed. */
  start(): void {
    const { socket, reader = null } = this.#from;
    this.#to.on('drain', () => this.#drained());
    if (reader === null) {
      socket.on('data', (chunk: Buffer) => this.#passOwn(chunk));
    } else {
      reader.deliverTo((chunk) => this.#pass(chunk));
    }
  }

  /** Both sockets are closed. */
  stop(): void {
    this.#from.reader?.close();
    stalls.delete(this);
  }

  stalled(): void {
    this.#owner.suspect(this.#from);
  }

  /** A chunk whose memory nobody else has. */
  #passOwn(chunk: Buffer): void {
    const givenBack = givesBack(chunk);
    if (givenBack !== undefined) {
      this.#pass(chunk, givenBack);
    } else if (this.#pass(chunk)) {
      discard(chunk);
    } else if (this.#waiting) {
      this.#written = chunk;
    }
  }

  /** True when all of it has left. */
  #pass(chunk: Buffer, onWritten?: () => void): boolean {
    const to = this.#to;
    this.bytes += chunk.length;
    this.#counter.inc(chunk.length);
    const room = to.write(chunk, onWritten);
    if (to.writableLength === 0) {
      return true;
    }
    if (!room) {
      this.#waiting = true;
      stalls.add(this);
      this.#from.socket.pause();
    }
    return false;
  }

  #drained(): void {
    const { socket, reader = null } = this.#from;
    reader?.drained();
    if (this.#written !== null) {
      discard(this.#written);
      this.#written = null;
    }
    if (this.#waiting) {
      this.#waiting = false;
      stalls.delete(this);
      socket.resume();
    }
  }
}
