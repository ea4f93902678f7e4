import type { FrontendStatus } from '../config/status.ts';
import type { Place } from './holding.ts';

/** A process that holds places. */
export interface HoldingProcess {
  /** Ends it at once. */
  kill(): void;
}

export type StartHolding = (places: readonly Place[]) => HoldingProcess;

/**
 * Sees to it that a process holds the listening sockets of the only worker, so that clients wait until that is replaced, where they would
 * be refused otherwise: Node closes a socket that the cluster shares as soon as no process is left that listens on it.
 *
 * A place is held from when it has been opened. It is not held again later, when the process that holds it had to be ended for the sake of
 * another place that was removed: until it stands still, a process that is going to hold several places might take a client's connection.
 */
export class PortHolder {
  readonly #start: StartHolding;
  /** Processes by what they hold. */
  readonly #holding = new Map<HoldingProcess, ReadonlySet<string>>();
  /** Every place that is listened on and has been thought of. */
  #known: ReadonlySet<string> = new Set();
  #stopped = false;

  constructor(start: StartHolding) {
    this.#start = start;
  }

  /** To be told now and then what the worker listens on. */
  hold(frontends: readonly FrontendStatus[]): void {
    const open = frontends.filter(({ state }) => state === 'Listening');
    const keys = new Set(open.map(keyOf));
    for (const [process, held] of this.#holding) {
      if (!held.isSubsetOf(keys)) {
        this.#holding.delete(process);
        process.kill();
      }
    }
    const added = open.filter((place) => !this.#known.has(keyOf(place)));
    this.#known = keys;
    if (added.length > 0 && !this.#stopped) {
      const places = added.map(({ address, port }) => ({ address, port }));
      this.#holding.set(this.#start(places), new Set(added.map(keyOf)));
    }
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
}

function keyOf({ address, port }: Place): string {
  return `${address} ${port}`;
}
