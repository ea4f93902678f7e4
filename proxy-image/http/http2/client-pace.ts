import type { MinimumRate } from '../../config/types.ts';
import { Pace } from '../pace.ts';
import type { Outbox } from './outbox.ts';
import type { Http2Stream } from './stream.ts';
import type { StreamSet } from './stream-set.ts';

/**
 * Notices a client that is too slow at sending bodies, or at taking responses: by the bytes of the whole connection, as it is for the client
 * to say which stream comes first; but each stream that waits adds the rate to what is expected.
 */
export class ClientPace {
  readonly #outbox: Outbox;
  readonly #sending = new Pace();
  readonly #taking = new Pace();
  #received = 0;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Bytes of a body have come. */
  received(bytes: number): void {
    this.#received += bytes;
  }

  /** Ends the streams that the client is too slow at; to be called at every tick. */
  check(rate: MinimumRate, now: number, streams: StreamSet): void {
    const all = streams.size === 0 ? NONE : [...streams];
    const sending = all.filter(({ awaitsBody }) => awaitsBody);
    if (isTooSlow(this.#sending, sending.length, rate, { now, moved: this.#received })) {
      for (const stream of sending) {
        stream.sendsTooSlowly(rate);
      }
    }
    const taking = all.filter(({ response }) => response.congested);
    if (isTooSlow(this.#taking, taking.length, rate, { now, moved: this.#outbox.dataSent })) {
      for (const stream of taking) {
        stream.takesTooSlowly();
      }
    }
  }
}

const NONE: readonly Http2Stream[] = [];

function isTooSlow(
  pace: Pace,
  waits: number,
  rate: MinimumRate,
  { now, moved }: { readonly now: number; readonly moved: number },
): boolean {
  if (waits === 0) {
    pace.rest();
    return false;
  }
  return pace.isTooSlow(rate, now, moved, waits);
}
