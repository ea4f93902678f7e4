import type { CancelSignal } from '../upstream/types.ts';

/** An AbortController that costs nothing, for somebody who aborts once and for one listener at a time. */
export class Cancellation implements CancelSignal {
  aborted = false;
  #listener: (() => void) | null = null;

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = null;
  }

  abort(): void {
    this.aborted = true;
    this.#listener?.();
  }
}
