import type { Socket } from 'node:net';
import type { MinimumRate } from '../../config/types.ts';
import { Pace } from '../pace.ts';
import type { RequestReader } from './request-reader.ts';

/** Notices a client that is too slow at sending a body, or at taking what was written for it. */
export class ClientPace {
  readonly #socket: Socket;
  readonly #reader: RequestReader;
  readonly #sending = new Pace();
  readonly #taking = new Pace();

  constructor(socket: Socket, reader: RequestReader) {
    this.#socket = socket;
    this.#reader = reader;
  }

  /** What it is too slow at; to be asked at every tick. */
  check(rate: MinimumRate, now: number, awaitsBody: boolean): 'Sending' | 'Taking' | null {
    if (!awaitsBody) {
      this.#sending.rest();
    } else if (this.#sending.isTooSlow(rate, now, this.#reader.bodyBytes)) {
      return 'Sending';
    }
    const { writableLength } = this.#socket;
    if (writableLength === 0) {
      this.#taking.rest();
    } else if (this.#taking.isTooSlow(rate, now, this.#socket.bytesWritten - writableLength)) {
      return 'Taking';
    }
    return null;
  }
}
