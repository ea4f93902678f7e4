import type { FrontendStatus } from '../config/status.ts';
import type { Place } from './holding.ts';

/** A process that holds places. */
export interface HoldingProcess {
  /** Resolves when it holds them, or will not. */
  readonly settled: Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export type StartHolding = (places: readonly Place[]) => HoldingProcess;

/**
 * Sees to it that a process holds the listening sockets of the only worker, so that clients wait until that is replaced, where they would
 * be refused otherwise: Node closes a socket that the cluster shares as soon as no process is left that listens on it.
 *
 * A place is held before the worker listens on it: until the process stands still, it might take a client's connection, and must reset
 * it. For the same reason a place is not held again while clients come to it, when the process that held it had to be ended for the sake
 * of another place that was removed; it is when the worker has been replaced.
 */
export class PortHolder {
  readonly #start: StartHolding;
  /** Processes by what they hold. */
  readonly #holding = new Map<HoldingProcess, ReadonlySet<string>>();
  /** Every place of the configuration. */
  #wanted: ReadonlySet<string> = new Set();
  /** Those of them that are held, or that it was tried to hold. */
  #known: ReadonlySet<string> = new Set();
  #stopped = false;

  constructor(start: StartHolding) {
    this.#start = start;
  }

  /** To be told what the worker is going to listen on. Resolves when it is held, as far as it can be, and the worker may begin. */
  async want(places: readonly Place[]): Promise<void> {
    this.#wanted = new Set(places.map(keyOf));
    this.#known = this.#known.intersection(this.#wanted);
    for (const [process, held] of this.#holding) {
      if (!held.isSubsetOf(this.#wanted)) {
        this.#holding.delete(process);
        process.kill();
      }
    }
    await this.#holdNew(places)?.settled;
  }

  /** To be told now and then what the worker listens on: what it could not at first has to be held too. */
  opened(frontends: readonly FrontendStatus[]): void {
    this.#holdNew(frontends.filter((one) => one.state === 'Listening' && this.#wanted.has(keyOf(one))));
  }

  /** The holding process has ended. */
  ended(process: HoldingProcess): void {
    this.#holding.delete(process);
  }

  /** The worker has ended: what nobody holds is opened anew by the next one, and can be held again. */
  reopened(): void {
    this.#known = [...this.#holding.values()].reduce((all, held) => all.union(held), new Set<string>());
  }

  /** Nothing is held from now on: clients shall be refused when nobody serves them any more. */
  stop(): void {
    this.#stopped = true;
    for (const process of this.#holding.keys()) {
      process.kill();
    }
    this.#holding.clear();
  }

  #holdNew(places: readonly Place[]): HoldingProcess | undefined {
    const added = places.filter((place) => !this.#known.has(keyOf(place)));
    if (added.length === 0 || this.#stopped) {
      return undefined;
    }
    const keys = new Set(added.map(keyOf));
    this.#known = this.#known.union(keys);
    const process = this.#start(added.map(({ address, port }) => ({ address, port })));
    this.#holding.set(process, keys);
    return process;
  }
}

function keyOf({ address, port }: Place): string {
  return `${address} ${port}`;
}
