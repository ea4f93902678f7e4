import type { CancelSignal } from './types.ts';

/** Requests of one backend that may wait at a time in one process; more would only wait in vain. */
const MAX_WAITING = 1_000;

/** How waiting ended: a connection has become free, or `Refused` when too many wait already. */
export type WaitEnd = 'Free' | 'TimedOut' | 'Cancelled' | 'Refused';

export interface WaitOptions {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: CancelSignal;
  /** True for who has waited before and found it taken again. */
  readonly again: boolean;
}

/** Where requests wait until a server has room for one more, first come, first served. */
export class WaitingRoom {
  readonly #waiting: (() => void)[] = [];

  async wait({ timeout, signal, again }: WaitOptions): Promise<WaitEnd> {
    if (this.#waiting.length >= MAX_WAITING) {
      return 'Refused';
    }
    return new Promise((resolve) => {
      const leave = (end: WaitEnd): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancelled);
        const index = this.#waiting.indexOf(freed);
        if (index !== -1) {
          this.#waiting.splice(index, 1);
        }
        resolve(end);
      };
      const freed = (): void => leave('Free');
      const cancelled = (): void => leave('Cancelled');
      const timer = setTimeout(() => leave('TimedOut'), timeout);
      signal.addEventListener('abort', cancelled);
      if (again) {
        this.#waiting.unshift(freed);
      } else {
        this.#waiting.push(freed);
      }
    });
  }

  /** A server has room: the one that has waited longest goes. */
  freed(): void {
    this.#waiting[0]?.();
  }
}
