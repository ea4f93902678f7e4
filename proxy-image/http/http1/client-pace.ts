import type { MinimumRate } from '../../config/types.ts';
import type { ClientConnection } from '../../listener/types.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { describeRate, Pace } from '../pace.ts';
import type { RequestReader } from './request-reader.ts';

/** Notices a client that is too slow at sending a body, or at taking what was written for it. */
export class ClientPace {
  readonly #client: ClientConnection;
  readonly #reader: RequestReader;
  readonly #sending = new Pace();
  readonly #taking = new Pace();

  constructor(client: ClientConnection, reader: RequestReader) {
    this.#client = client;
    this.#reader = reader;
  }

  /** Ends what the client is too slow at, and returns true then; to be asked at every tick. `exchange` is the one under way. */
  cutsOff(rate: MinimumRate, now: number, exchange: Exchange | null): boolean {
    const slow = this.#tooSlowAt(rate, now, exchange?.awaitsBody === true);
    if (slow === 'Sending') {
      exchange?.abort('BodyTimeout', describeRate(rate));
    } else if (slow === 'Taking' && exchange !== null && exchange.status > 0) {
      exchange.abort('ClientStalled');
    } else if (slow === 'Taking') {
      this.#client.reset();
    }
    return slow !== null;
  }

  #tooSlowAt(rate: MinimumRate, now: number, awaitsBody: boolean): 'Sending' | 'Taking' | null {
    const { socket } = this.#client;
    if (!awaitsBody) {
      this.#sending.rest();
    } else if (this.#sending.isTooSlow(rate, now, this.#reader.bodyBytes)) {
      return 'Sending';
    }
    const { writableLength } = socket;
    if (writableLength === 0) {
      this.#taking.rest();
    } else if (this.#taking.isTooSlow(rate, now, socket.bytesWritten - writableLength)) {
      return 'Taking';
    }
    return null;
  }
}
