import type { Socket } from 'node:net';
import type { Counter } from '../metrics/registry.ts';
import type { BulkReader } from './bulk-reader.ts';
import { Pump } from './pump.ts';
import type { PumpOwner } from './pump.ts';

/** One of the two connections that are joined. */
export interface SpliceSide {
  /** Connected, `allowHalfOpen` on; nobody else reads from it or writes to it any more. */
  readonly socket: Socket;
  /** Ends it at once, so that the other end can't take this for a regular end. */
  reset(): void;
  /** The TCP connection below, where `socket` is one with TLS and it is known. */
  readonly transport?: Socket;
  /** How it is read, where that is not by 'data' events. */
  readonly reader?: BulkReader | null;
}

export interface SpliceOptions {
  readonly client: SpliceSide;
  readonly server: SpliceSide;
  /** Without a byte in either direction for this long, both ends are reset. Milliseconds. */
  readonly idle: number;
  /** The same, once one side has closed its half. */
  readonly halfClose: number;
  /** Told of bytes as they pass. */
  readonly counters: SpliceCounters;
}

export interface SpliceCounters {
  readonly bytesIn: Counter;
  readonly bytesOut: Counter;
}

/** `Closed`: both sides have closed their halves, and everything was delivered. */
export type SpliceCause = 'Closed' | 'ClientReset' | 'ServerReset' | 'IdleTimeout' | 'HalfCloseTimeout';

export interface SpliceEnd {
  readonly cause: SpliceCause;
  /** Bytes from the client. */
  readonly bytesIn: number;
  /** Bytes to the client. */
  readonly bytesOut: number;
}

/**
 * Passes the bytes of two connections on to each other until both have ended: no faster than the receiver takes them, a half that is
 * closed as a closed half, a reset as a reset. Calls `ended` when both are gone.
 */
export function splice(options: SpliceOptions, ended: (end: SpliceEnd) => void): void {
  new Splice(options, ended).start();
}

class Splice implements PumpOwner {
  readonly #options: SpliceOptions;
  readonly #ended: (end: SpliceEnd) => void;
  readonly #in: Pump;
  readonly #out: Pump;
  /** Has the timer. Every byte of either direction is read from it or written to it, whichever of the two it is. */
  #timed: Socket;
  #cause: SpliceCause = 'Closed';
  #halfClosed = false;
  #open = 2;

  constructor(options: SpliceOptions, ended: (end: SpliceEnd) => void) {
    const { client, server, counters } = options;
    this.#options = options;
    this.#ended = ended;
    this.#in = new Pump(client, server.socket, counters.bytesIn, this);
    this.#out = new Pump(server, client.socket, counters.bytesOut, this);
    this.#timed = client.socket;
  }

  start(): void {
    const { client, server, idle } = this.#options;
    this.#in.start();
    this.#out.start();
    client.socket.on('timeout', this.#onTimeout).setTimeout(idle);
    this.#watch(client, server, 'ClientReset');
    this.#watch(server, client, 'ServerReset');
  }

  /**
   * Finds out whether a socket was reset that is not read from because the other side takes nothing: to write nothing is not seen by
   * anybody, and fails when the connection is gone. It sets back the socket's timer, so the other one has to have it from then on.
   */
  suspect({ socket, transport = socket }: SpliceSide): void {
    if (socket.destroyed || socket.writableEnded || socket.writableLength > 0) {
      // What is still to be written will find it out by itself.
      return;
    }
    if (this.#timed === socket) {
      const { client, server } = this.#options;
      socket.off('timeout', this.#onTimeout).setTimeout(0);
      this.#timed = socket === client.socket ? server.socket : client.socket;
      this.#timed.on('timeout', this.#onTimeout).setTimeout(this.#limit());
    }
    transport.write(NOTHING);
  }

  #watch({ socket }: SpliceSide, other: SpliceSide, ifCut: SpliceCause): void {
    if (socket.readableEnded) {
      this.#passEnd(other);
    } else {
      socket.on('end', () => this.#passEnd(other));
    }
    // What an error means is decided by 'close', which always follows.
    socket.on('error', ignore);
    if (socket.closed) {
      this.#closed(socket, ifCut);
      return;
    }
    socket.on('close', () => this.#closed(socket, ifCut));
    socket.resume();
  }

  #closed(socket: Socket, ifCut: SpliceCause): void {
    this.#open -= 1;
    if (!(socket.readableEnded && socket.writableFinished)) {
      this.#fail(ifCut);
    }
    if (this.#open === 0) {
      this.#in.stop();
      this.#out.stop();
      this.#ended({ cause: this.#cause, bytesIn: this.#in.bytes, bytesOut: this.#out.bytes });
    }
  }

  #passEnd(to: SpliceSide): void {
    to.socket.end();
    if (!this.#halfClosed) {
      this.#halfClosed = true;
      this.#timed.setTimeout(this.#limit());
    }
  }

  #limit(): number {
    const { idle, halfClose } = this.#options;
    return this.#halfClosed ? Math.min(idle, halfClose) : idle;
  }

  readonly #onTimeout = (): void => this.#fail(this.#halfClosed ? 'HalfCloseTimeout' : 'IdleTimeout');

  /** The first cause counts: the resets that it leads to are none of their own. */
  #fail(cause: SpliceCause): void {
    if (this.#cause === 'Closed') {
      this.#cause = cause;
      this.#options.client.reset();
      this.#options.server.reset();
    }
  }
}

const NOTHING = Buffer.alloc(0);

function ignore(): void {}
