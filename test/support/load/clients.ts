import { setTimeout as delay } from 'node:timers/promises';

/** Reasons that are kept; the others are only counted. */
const MAX_REASONS = 20;

export interface ClientsOptions {
  readonly count: number;
  /** Milliseconds until a client whose connection has failed begins again, asked for each time. */
  readonly pause: () => number;
  /** One connection of one client, until it ends in order or `stopped` is aborted; rejects when something went wrong on it. */
  readonly connection: (stopped: AbortSignal) => Promise<void>;
}

/** Clients each of which has one connection after the other until they are stopped. */
export class Clients {
  failed = 0;
  /** Why the first of them failed. */
  readonly reasons: string[] = [];
  readonly #options: ClientsOptions;
  readonly #stopped = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(options: ClientsOptions) {
    this.#options = options;
    this.#running = Promise.all(Array.from({ length: options.count }, async () => this.#client()));
  }

  /** Resolves when the last connection has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #client(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#options.connection(signal);
      } catch (error) {
        this.failed += 1;
        if (this.reasons.length < MAX_REASONS) {
          this.reasons.push(String(error));
        }
        await delay(this.#options.pause());
      }
    }
  }
}
