import { write, writeSync } from 'node:fs';

/** Where finished lines go. */
export interface LineWriter {
  /** Queues one line, given without its line end. Never blocks and never throws. */
  line(text: string): void;
}

/**
 * Most bytes of one write, unless one line is longer. POSIX keeps writes to a pipe of up to PIPE_BUF bytes whole, so that the lines of
 * several processes with one pipe do not run into each other.
 */
const PIECE_BYTES = 4096;
/** Bytes that may wait for a reader that does not read; above it lines are dropped and counted. */
const MAX_PENDING = 4 * 1024 * 1024;
/** Between two tries to write to a pipe that is full. Milliseconds. */
const RETRY_MS = 50;
/** How often a full pipe is tried again while the process ends. */
const MAX_LAST_TRIES = 20;

/** Whole lines that are written together. */
interface Piece {
  text: string;
  bytes: number;
}

/**
 * Collects lines and writes them off the event loop, many at a time. A reader that stops reading costs lines, never traffic: with
 * `process.stdout` a full pipe would stop the whole process.
 */
export class BatchedWriter implements LineWriter {
  readonly #fd: number;
  readonly #pieces: Piece[] = [];
  #pendingBytes = 0;
  #busy = false;
  #dropped = 0;
  #broken = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  line(text: string): void {
    if (this.#broken) {
      return;
    }
    if (this.#pendingBytes > MAX_PENDING) {
      this.#dropped += 1;
      return;
    }
    this.#queue(`${text}\n`);
    if (!this.#busy) {
      this.#busy = true;
      setImmediate(() => this.#writeNext());
    }
  }

  /** Writes what waits, at once, as far as somebody reads: for the end of the process. A write under way is finished by Node itself. */
  flushSync(): void {
    let tries = 0;
    for (let piece = this.#take(); piece !== null && tries < MAX_LAST_TRIES;) {
      try {
        piece = piece.subarray(writeSync(this.#fd, piece));
      } catch {
        tries += 1;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
      piece = piece.length > 0 ? piece : this.#take();
    }
  }

  #queue(text: string): void {
    const bytes = Buffer.byteLength(text);
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.bytes + bytes <= PIECE_BYTES) {
      last.text += text;
      last.bytes += bytes;
    } else {
      this.#pieces.push({ text, bytes });
    }
    this.#pendingBytes += bytes;
  }

  /** The next piece to write; null when nothing waits. */
  #take(): Buffer | null {
    const piece = this.#pieces.shift();
    if (piece === undefined) {
      return null;
    }
    this.#pendingBytes -= piece.bytes;
    if (this.#dropped > 0 && this.#pendingBytes < MAX_PENDING / 2) {
      const lines = this.#dropped;
      this.#dropped = 0;
      this.#queue(
        `${JSON.stringify({ time: new Date().toISOString(), level: 'warn', msg: 'log lines dropped: the reader was too slow', lines })}\n`,
      );
    }
    return Buffer.from(piece.text);
  }

  #writeNext(): void {
    const piece = this.#take();
    if (piece === null) {
      this.#busy = false;
      return;
    }
    this.#write(piece);
  }

  #write(piece: Buffer): void {
    write(this.#fd, piece, (error, written) => {
      if (error === null) {
        const rest = piece.subarray(written);
        return rest.length > 0 ? this.#write(rest) : this.#writeNext();
      }
      if (error.code === 'EAGAIN') {
        setTimeout(() => this.#write(piece), RETRY_MS).unref();
        return;
      }
      // Nobody will ever read this again, such as EPIPE; there is no place left to say so.
      this.#broken = true;
      this.#pieces.length = 0;
    });
  }
}
