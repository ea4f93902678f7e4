import type { StreamState } from './state.ts';

/** More than may be open at once, so that all can be reset and still be known while their last frames arrive. */
const REMEMBERED = 256;

type ClosedState = Extract<StreamState, 'Ended' | 'ResetByPeer' | 'ResetByUs'>;

/** How the streams that closed last have closed. */
export class ClosedStreams {
  readonly #ids: number[] = [];
  readonly #states: ClosedState[] = [];
  #next = 0;

  add(streamId: number, state: ClosedState): void {
    this.#ids[this.#next] = streamId;
    this.#states[this.#next] = state;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** Null for a stream that closed too long ago, or never was. */
  state(streamId: number): ClosedState | null {
    return this.#states[this.#ids.lastIndexOf(streamId)] ?? null;
  }
}
