import type { FrontendStatus } from '../config/status.ts';
import type { FrontendGeneration } from '../generation/generation.ts';
import type { OpenElsewhere, SourceCounts } from '../workers/elsewhere.ts';
import { Listener } from './listener.ts';
import type { ListenerContext } from './listener.ts';

const NONE: ReadonlyMap<string, number> = new Map();

export interface ListenerSetOptions {
  /** Takes over an accepted connection; calls `done` when there is nothing more to do for it. */
  readonly serve: ListenerContext['serve'];
  /** Is told of connections that can't be taken, and has to reset them. */
  readonly refused: ListenerContext['refused'];
  /** Connections that all listeners together may have. */
  readonly maxConnections: number;
  /** No listener accepts any more, and no connection is left. */
  readonly onEmpty: () => void;
}

/**
 * The listeners of this process. Applying the next generation opens what is new, lets what has been removed drain, and keeps the socket
 * of everything whose address and port stay, whatever else is different.
 */
export class ListenerSet {
  readonly #options: ListenerSetOptions;
  readonly #open = new Map<string, Listener>();
  readonly #draining = new Set<Listener>();
  #stopped = false;
  #connections = 0;
  /** Milliseconds without a connection after which nothing more is accepted; null when that does not matter. */
  #quiet: number | null = null;
  #disuse: NodeJS.Timeout | null = null;

  constructor(options: ListenerSetOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Resolves when each new listener listens or has failed to. */
  async apply(frontends: readonly FrontendGeneration[]): Promise<void> {
    if (this.#stopped) {
      return;
    }
    const wanted = new Map(frontends.map((frontend) => [keyOf(frontend), frontend]));
    for (const [key, listener] of this.#open) {
      if (!wanted.has(key)) {
        listener.removed = true;
        this.#drain(key, listener);
      }
    }
    for (const [key, frontend] of wanted) {
      const listener = this.#open.get(key);
      if (listener === undefined) {
        this.#open.set(key, this.#listen(frontend));
      } else {
        listener.swap(frontend);
      }
    }
    await Promise.all(this.#open.values().map(async (listener) => listener.settled()));
  }

  /** Tries again to listen where that has failed. */
  retry(address: string, port: number): void {
    this.#open.get(`${address} ${port}`)?.retry();
  }

  /** For good; what is open may live on for `limit` milliseconds. */
  stopAccepting(limit: number): void {
    this.#stopped = true;
    for (const [key, listener] of this.#open) {
      this.#drain(key, listener, limit);
    }
    this.#reportEmpty();
  }

  /** Goes on accepting until nothing has been open for `quiet` milliseconds; stops for good then. */
  stopWhenUnused(quiet: number): void {
    for (const listener of this.#open.values()) {
      listener.expire(quiet);
    }
    this.#quiet = quiet;
    this.#awaitDisuse();
  }

  resetAll(): void {
    for (const listener of [...this.#open.values(), ...this.#draining]) {
      listener.resetAll();
    }
  }

  status(): readonly FrontendStatus[] {
    return [...this.#open.values(), ...this.#draining].map((listener) => listener.status());
  }

  /** Open connections by frontend and source, of sources that have a good part of what they may have. */
  sources(): SourceCounts {
    const counts = [...this.#open.values()].map(
      ({ frontend: { config }, sources }) =>
        [
          config.name,
          sources.busiest(config.limits.connectionsPerSource ?? Number.POSITIVE_INFINITY),
        ] as const,
    );
    return new Map(counts.filter(([, sources]) => sources.size > 0));
  }

  /** Takes note of the open connections of all other workers, which count towards the limits as well. */
  setOpenElsewhere({ connections, sources }: OpenElsewhere): void {
    for (const listener of this.#open.values()) {
      const { name } = listener.frontend.config;
      listener.openElsewhere = connections.get(name) ?? 0;
      listener.sources.elsewhere = sources.get(name) ?? NONE;
    }
  }

  #listen(frontend: FrontendGeneration): Listener {
    return new Listener(frontend, {
      serve: this.#options.serve,
      refused: this.#options.refused,
      hasRoom: () => this.#connections < this.#options.maxConnections,
      connectionOpened: () => {
        this.#connections += 1;
        clearTimeout(this.#disuse ?? undefined);
      },
      connectionClosed: (listener) => {
        this.#connections -= 1;
        this.#awaitDisuse();
        if (listener.draining && listener.connections === 0) {
          this.#draining.delete(listener);
        }
        this.#reportEmpty();
      },
    });
  }

  #drain(key: string, listener: Listener, limit?: number): void {
    this.#open.delete(key);
    if (listener.connections > 0) {
      this.#draining.add(listener);
    }
    listener.drain(limit);
  }

  #awaitDisuse(): void {
    if (this.#quiet !== null && this.#connections === 0) {
      clearTimeout(this.#disuse ?? undefined);
      this.#disuse = setTimeout(() => this.stopAccepting(0), this.#quiet);
    }
  }

  #reportEmpty(): void {
    if (this.#stopped && this.#connections === 0) {
      this.#options.onEmpty();
    }
  }
}

function keyOf({ config }: FrontendGeneration): string {
  return `${config.address} ${config.port}`;
}
