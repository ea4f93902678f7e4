import type { Socket } from 'node:net';
import type { Counter } from '../metrics/registry.ts';
import { givesBack } from '../upstream/landing.ts';
import type { BulkReader } from './bulk-reader.ts';

/** One of the two connections that are joined. */
export interface SpliceSide {
  /** Connected, `allowHalfOpen` on; nobody else reads from it or writes to it any more. */
  readonly socket: Socket;
  /** Ends it at once, so that the other end can't take this for a regular end. */
  reset(): void;
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
 * closed as a closed half, a reset as a reset. Resolves when both are gone, and never rejects.
 */
export async function splice(options: SpliceOptions): Promise<SpliceEnd> {
  return new Promise((resolve) => {
    new Splice(options, resolve).start();
  });
}

class Splice {
  readonly #options: SpliceOptions;
  readonly #ended: (end: SpliceEnd) => void;
  #cause: SpliceCause = 'Closed';
  #halfClosed = false;
  #open = 2;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(options: SpliceOptions, ended: (end: SpliceEnd) => void) {
    this.#options = options;
    this.#ended = ended;
  }

  start(): void {
    const { client, server, idle, counters } = this.#options;
    pump(client, server, (bytes) => {
      this.#bytesIn += bytes;
      counters.bytesIn.inc(bytes);
    });
    pump(server, client, (bytes) => {
      this.#bytesOut += bytes;
      counters.bytesOut.inc(bytes);
    });
    // Every byte of either direction is read from the client or written to it, so that its timer alone sees them all.
    client.socket.setTimeout(idle, () => this.#fail(this.#halfClosed ? 'HalfCloseTimeout' : 'IdleTimeout'));
    this.#watch(client, server, 'ClientReset');
    this.#watch(server, client, 'ServerReset');
  }

  #watch({ socket }: SpliceSide, other: SpliceSide, ifCut: SpliceCause): void {
    if (socket.readableEnded) {
      this.#passEnd(other);
    } else {
      socket.on('end', () => this.#passEnd(other));
    }
    // What an error means is decided by 'close', which always follows.
    socket.on('error', () => undefined);
    const closed = (): void => this.#closed(socket, ifCut);
    if (socket.closed) {
      closed();
      return;
    }
    socket.on('close', closed);
    socket.resume();
  }

  #closed(socket: Socket, ifCut: SpliceCause): void {
    this.#open -= 1;
    if (!(socket.readableEnded && socket.writableFinished)) {
      this.#fail(ifCut);
    }
    if (this.#open === 0) {
      this.#ended({ cause: this.#cause, bytesIn: this.#bytesIn, bytesOut: this.#bytesOut });
    }
  }

  #passEnd(to: SpliceSide): void {
    const { client, idle, halfClose } = this.#options;
    to.socket.end();
    if (!this.#halfClosed) {
      this.#halfClosed = true;
      client.socket.setTimeout(Math.min(idle, halfClose));
    }
  }

  /** The first cause counts: the resets that it leads to are none of their own. */
  #fail(cause: SpliceCause): void {
    if (this.#cause === 'Closed') {
      this.#cause = cause;
      this.#options.client.reset();
      this.#options.server.reset();
    }
  }
}

/** Passes on what is read, and reads no more while it waits to be written. */
function pump(
  { socket: from, reader }: SpliceSide,
  { socket: to }: SpliceSide,
  count: (bytes: number) => void,
): void {
  const pass = (chunk: Buffer): void => {
    count(chunk.length);
    if (!to.write(chunk, givesBack(chunk))) {
      from.pause();
    }
  };
  to.on('drain', () => {
    reader?.drained();
    from.resume();
  });
  if (reader === undefined || reader === null) {
    from.on('data', pass);
    return;
  }
  from.on('close', () => reader.close());
  reader.deliverTo((chunk) => {
    pass(chunk);
    return to.writableLength === 0;
  });
}
