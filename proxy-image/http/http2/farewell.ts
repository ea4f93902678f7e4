import { ErrorCode } from './codec/error-codes.ts';
import type { Outbox } from './outbox.ts';

/** The highest number that a stream can have. */
const ANY_STREAM = 0x7fff_ffff;

/** How long a client's answer to the first GOAWAY is waited for. Milliseconds. */
const ANSWER_TIME = 1_000;

/**
 * How long a new connection is left alone until its first request: its client has just been sent here, and would be sent here again, without
 * ever being served. Milliseconds.
 */
const FIRST_REQUEST_TIME = 5_000;

/** Marks our PING; eight bytes. */
const MARK = Buffer.from('farewell');

/**
 * `Staying`: new streams are served. `Announced`: the client has been told, and streams that it opened before it knew are still served.
 * `Settled`: no further stream is.
 */
type Phase = 'Staying' | 'Announced' | 'Settled';

/**
 * Winds a connection up without losing a request (RFC 9113 section 6.8): a first GOAWAY names no stream, and only when the client must
 * have read it, since it answers the PING behind it, a second one says which stream was the last.
 */
export class Farewell {
  readonly #outbox: Outbox;
  readonly #startedAt: number;
  #phase: Phase = 'Staying';
  #deadline = 0;

  constructor(outbox: Outbox, startedAt: number) {
    this.#outbox = outbox;
    this.#startedAt = startedAt;
  }

  /** True when streams that are opened now are not served any more. */
  get settled(): boolean {
    return this.#phase === 'Settled';
  }

  /** Announces it to a client that has had the chance to be served. */
  announceAfterService(now: number, streams: number): void {
    if (streams > 0 || now >= this.#startedAt + FIRST_REQUEST_TIME) {
      this.announce(now);
    }
  }

  announce(now: number): void {
    if (this.#phase !== 'Staying') {
      return;
    }
    this.#phase = 'Announced';
    this.#deadline = now + ANSWER_TIME;
    this.#outbox.frames.goAway(ANY_STREAM, ErrorCode.NoError, '');
    this.#outbox.frames.ping(MARK, false);
    this.#outbox.schedule();
  }

  /** A PING was answered with `data`. */
  answered(data: Buffer, lastStreamId: number): void {
    if (this.#phase === 'Announced' && data.equals(MARK)) {
      this.settle(lastStreamId);
    }
  }

  tick(now: number, lastStreamId: number): void {
    if (this.#phase === 'Announced' && now >= this.#deadline) {
      this.settle(lastStreamId);
    }
  }

  /** Says at once which stream was the last. */
  settle(lastStreamId: number): void {
    if (this.#phase === 'Settled') {
      return;
    }
    this.#phase = 'Settled';
    this.#outbox.frames.goAway(lastStreamId, ErrorCode.NoError, '');
    this.#outbox.schedule();
  }
}
