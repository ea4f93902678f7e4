import type { Socket } from 'node:net';
import { FRAME_HEADER, MAX_PAYLOAD } from './codec/frame.ts';
import { DATA_LIMIT, FrameWriter, release, type Block, type Written } from './codec/frame-writer.ts';
import { FORGET_ALL } from './hpack/encoder.ts';
import { DEFAULT_WINDOW, SendWindow } from './streams/flow.ts';

/** A part of a body, and what of it has been sent. */
export interface BodyPart {
  readonly bytes: Buffer;
  /** Up to here it has been sent. */
  at: number;
  readonly end: number;
  /** The stream ends with it. */
  readonly endStream: boolean;
}

/** What one frame brought about: nothing could be sent, there is more to send, or all has been sent. */
export type FrameProgress = 'None' | 'More' | 'All';

/** A stream that has DATA to send. */
export interface Sender {
  readonly id: number;
  readonly sendWindow: SendWindow;
  /** Sends one frame of what waits. Returns false when nothing could be sent. */
  sendWaiting(): boolean;
  /** True while something waits. */
  readonly congested: boolean;
}

/**
 * Everything that goes to a client: frames of all streams are put together and written once per turn of the event loop, and never before
 * the last write has been taken; what is more waits with the streams, which then take turns.
 */
export class Outbox {
  readonly frames = new FrameWriter();
  /** What the client takes of all streams together. */
  readonly window = new SendWindow(DEFAULT_WINDOW);
  /** Bytes of bodies that have been put into frames, of all streams together. */
  dataSent = 0;
  readonly #socket: Socket;
  readonly #waiting = new Set<Sender>();
  readonly #written: () => void;
  /** What is being written. */
  #writing: Written | null = null;
  #scheduled = false;
  #closed = false;
  #encoded = false;

  /** `written` is called when everything has been taken by the transport. */
  constructor(socket: Socket, written: () => void) {
    this.#socket = socket;
    this.#written = written;
  }

  /** True when so much has been put together, of frames beside DATA too, that the client is better not listened to. */
  get congested(): boolean {
    return this.frames.length > DATA_LIMIT;
  }

  /** Has what is put together in this turn written at its end. To be called after every use of `frames`. */
  schedule(): void {
    if (!this.#scheduled && !this.#closed) {
      this.#scheduled = true;
      scheduleFlush(this);
    }
  }

  headers(streamId: number, block: Block, endStream: boolean): void {
    this.frames.headers(streamId, this.#encoded ? block : withForget(block), endStream);
    this.#encoded = true;
    this.schedule();
  }

  /** Sends a part of a body as far as the windows allow; true when all of it has been sent. */
  data(sender: Sender, part: BodyPart): boolean {
    for (;;) {
      const progress = this.frame(sender, part);
      if (progress !== 'More') {
        return progress === 'All';
      }
    }
  }

  /** Sends one frame of a part of a body, where the windows allow it. */
  frame(sender: Sender, part: BodyPart): FrameProgress {
    const { bytes, at, end } = part;
    const length = Math.min(end - at, this.#room(sender.sendWindow));
    // An empty frame needs no window (RFC 9113 section 6.9.1).
    if (length === 0 && at < end) {
      return 'None';
    }
    const last = at + length === end;
    this.frames.data(sender.id, bytes, { start: at, end: at + length, endStream: last && part.endStream });
    this.schedule();
    sender.sendWindow.take(length);
    this.window.take(length);
    this.dataSent += length;
    part.at += length;
    return last ? 'All' : 'More';
  }

  /** Has the stream asked again when there is room. */
  wait(sender: Sender): void {
    this.#waiting.add(sender);
  }

  forget(sender: Sender): void {
    this.#waiting.delete(sender);
  }

  /** Windows have grown, or a write has been taken: the streams that wait send a frame each, in turn, while they can. */
  pump(): void {
    for (let moved = true; moved;) {
      moved = false;
      for (const sender of this.#waiting) {
        moved = sender.sendWaiting() || moved;
        if (!sender.congested) {
          this.#waiting.delete(sender);
        }
      }
    }
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#writing !== null || this.frames.length === 0 || this.#closed) {
      return;
    }
    this.#writing = this.frames.take();
    this.#socket.write(this.#writing.bytes, this.#taken);
  }

  /** Writes what there is, and nothing after it. */
  close(): void {
    const { bytes } = this.frames.take();
    this.#closed = true;
    this.#waiting.clear();
    if (bytes.length > 0) {
      this.#socket.write(bytes);
    }
  }

  /** Bytes of DATA that may be sent now. */
  #room(window: SendWindow): number {
    if (this.frames.room <= FRAME_HEADER) {
      this.flush();
    }
    const room = this.frames.room - FRAME_HEADER;
    return Math.max(0, Math.min(MAX_PAYLOAD, this.window.available, window.available, room));
  }

  /** The transport has taken what was written. */
  readonly #taken = (error?: Error | null): void => {
    const written = this.#writing;
    this.#writing = null;
    // After an error the transport may still look at the bytes.
    if (written === null || error) {
      return;
    }
    release(written.buffer);
    if (!this.#closed) {
      this.pump();
      this.#written();
      this.flush();
    }
  };
}

function withForget({ bytes, length }: Block): Block {
  const whole = Buffer.concat([Buffer.from([FORGET_ALL]), bytes.subarray(0, length)]);
  return { bytes: whole, length: whole.length };
}

let scheduled: Outbox[] = [];

/** One callback for all connections of a turn. */
function scheduleFlush(outbox: Outbox): void {
  scheduled.push(outbox);
  if (scheduled.length === 1) {
    setImmediate(flushAll);
  }
}

function flushAll(): void {
  const due = scheduled;
  scheduled = [];
  for (const outbox of due) {
    outbox.flush();
  }
}
