import { randomBytes } from 'node:crypto';

/** How long a key is used. Milliseconds. */
const PERIOD = 60 * 60 * 1000;

export interface TicketKeyOptions {
  /** Is told of each further key. */
  readonly onChange: (keys: Buffer) => void;
  /** Milliseconds. */
  readonly period?: number;
}

/**
 * What session tickets are encrypted with, for all workers: 48 random bytes that are written nowhere and replaced every hour, so that
 * recorded connections of TLS 1.2 can't be read by whoever takes them from memory later. Node takes one key at a time: a ticket of the one
 * before costs its client a full handshake, at most one for each change.
 */
export class TicketKeys {
  #current = randomBytes(48);
  readonly #timer: NodeJS.Timeout;

  constructor({ onChange, period = PERIOD }: TicketKeyOptions) {
    this.#timer = setInterval(() => {
      this.#current.fill(0);
      this.#current = randomBytes(48);
      onChange(this.#current);
    }, period);
    this.#timer.unref();
  }

  get current(): Buffer {
    return this.#current;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
