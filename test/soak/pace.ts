import { setTimeout as delay } from 'node:timers/promises';
import { metric } from '../faults/support/processes.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';

/** Between two looks. Milliseconds. */
const INTERVAL = 2_500;
const TARGET = Number(process.env['SOAK_BUSY'] ?? 0.6);
/** Milliseconds. */
const SHORTEST = 1;
const LONGEST = 500;

/** Keeps the workers of a proxy busy for so much of the time (SOAK_BUSY, 60 % unless given), by how long clients wait between requests. */
export class Pace {
  pause = 20;
  /** Share of the last interval that the event loops were busy. */
  busy = 0;
  readonly #proxy: ProxyProcess;
  readonly #workers: number;

  constructor(proxy: ProxyProcess, workers: number) {
    this.#proxy = proxy;
    this.#workers = workers;
  }

  /** Calls `look` every few seconds meanwhile. */
  async keepFor(milliseconds: number, look: () => Promise<void>): Promise<void> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      const [before, begun] = [await this.#busySeconds(), performance.now()];
      await delay(Math.min(INTERVAL, Math.max(1, end - performance.now())));
      await look();
      const seconds = (performance.now() - begun) / 1000;
      this.busy = ((await this.#busySeconds()) - before) / seconds / this.#workers;
      this.pause = Math.min(LONGEST, Math.max(SHORTEST, this.pause * (0.5 + (0.5 * this.busy) / TARGET)));
    }
  }

  async #busySeconds(): Promise<number> {
    return metric(this.#proxy, 'teamwork_proxy_event_loop_busy_seconds_total');
  }
}
