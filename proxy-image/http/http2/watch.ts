import type { Outbox } from './outbox.ts';

/** Silence on a connection with open streams after which the client is asked whether it is still there. Milliseconds. */
const SILENCE = 30_000;

/** How long it may take to answer. Milliseconds. */
const ANSWER_TIME = 15_000;

/** Eight bytes. */
const QUESTION = Buffer.from('present?');

/** The waits of a connection as a whole; those of a request belong to its stream. Milliseconds. */
export interface Waits {
  /** For the preface and SETTINGS, for the rest of a header block, and for our settings to be acknowledged. */
  readonly header: number;
  /** For the next request. */
  readonly keepAlive: number;
}

/**
 * `HeaderTimeout`: the client broke off in the middle of something. `SettingsTimeout`: it does not acknowledge our settings. `Idle`: it has
 * nothing to ask. `Vanished`: it does not answer.
 */
export type Expiry = 'HeaderTimeout' | 'SettingsTimeout' | 'Idle' | 'Vanished';

/** Notices when a client takes too long, or has vanished without a word. */
export class Watch {
  readonly #outbox: Outbox;
  #heardAt: number;
  #idleSince: number;
  #unfinishedSince: number | null;
  /** Null once our settings have been acknowledged. */
  #unacknowledgedSince: number | null;
  #asked = false;

  constructor(outbox: Outbox, now: number) {
    this.#outbox = outbox;
    this.#heardAt = now;
    this.#idleSince = now;
    this.#unfinishedSince = now;
    this.#unacknowledgedSince = now;
  }

  acknowledged(): void {
    this.#unacknowledgedSince = null;
  }

  /** Bytes have come. `unfinished`: they end in the middle of something; `completed`: something else was completed before. */
  heard(now: number, unfinished: boolean, completed: boolean): void {
    const since = completed ? null : this.#unfinishedSince;
    this.#heardAt = now;
    this.#asked = false;
    this.#unfinishedSince = unfinished ? (since ?? now) : null;
  }

  /** Null while all is well. */
  check(now: number, openStreams: number, waits: Waits): Expiry | null {
    if (this.#unfinishedSince !== null && now - this.#unfinishedSince >= waits.header) {
      return 'HeaderTimeout';
    }
    if (this.#unacknowledgedSince !== null && now - this.#unacknowledgedSince >= waits.header) {
      return 'SettingsTimeout';
    }
    if (openStreams > 0) {
      this.#idleSince = now;
      return this.#checkPresence(now);
    }
    return now - this.#idleSince >= waits.keepAlive ? 'Idle' : null;
  }

  #checkPresence(now: number): Expiry | null {
    const silence = now - this.#heardAt;
    if (silence < SILENCE) {
      return null;
    }
    if (!this.#asked) {
      this.#asked = true;
      this.#outbox.frames.ping(QUESTION, false);
      this.#outbox.schedule();
    }
    return silence >= SILENCE + ANSWER_TIME ? 'Vanished' : null;
  }
}
