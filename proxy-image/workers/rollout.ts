import type { LoadedConfig, LoadResult } from '../config/load.ts';
import type { RejectedConfig } from '../config/status.ts';

/** What a rollout knows of a worker and may do with it. */
export interface RolloutWorker {
  readonly ready: boolean;
  readonly serves: string | null;
  takingOver: string | null;
}

export interface RolloutOptions<W extends RolloutWorker> {
  readonly workers: () => readonly W[];
  readonly apply: (worker: W, loaded: LoadedConfig) => void;
  readonly onServed: (loaded: LoadedConfig) => void;
  readonly onRejected: (rejected: RejectedConfig) => void;
}

/** One worker may have ended for another reason; so many have not. */
const MAX_DEATHS = 3;

/**
 * Brings each configuration to all workers. It counts as served when every worker that is ready serves it; when one refuses it, or
 * several end while they take it over, all go back to the one that was served before.
 */
export class Rollout<W extends RolloutWorker> {
  readonly #options: RolloutOptions<W>;
  #served: LoadedConfig | null = null;
  #candidate: LoadedConfig | null = null;
  #rejected: RejectedConfig | null = null;
  #deaths = 0;

  constructor(options: RolloutOptions<W>) {
    this.#options = options;
  }

  /** The last configuration that every worker has taken over. */
  get served(): LoadedConfig | null {
    return this.#served;
  }

  /** The newest configuration, if it is not served, and why. */
  get rejected(): RejectedConfig | null {
    return this.#rejected;
  }

  /** Takes a new result of loading. */
  take(result: LoadResult): void {
    if (result.state !== 'Loaded') {
      this.#reject({ configHash: result.hash, kind: result.state, errors: result.errors });
      return;
    }
    this.#rejected = null;
    this.#candidate = result.loaded;
    this.#deaths = 0;
    this.#bringToAll();
    this.#complete();
  }

  /** To be called when a worker can take a configuration. */
  workerReady(worker: W): void {
    this.#bring(worker);
  }

  /** To be called when a worker serves another configuration than before. */
  workerApplied(): void {
    this.#complete();
  }

  workerRefused(digest: string, message: string): void {
    const candidate = this.#candidate;
    if (candidate?.digest !== digest) {
      return;
    }
    this.#candidate = null;
    this.#reject({ configHash: candidate.hash, kind: 'Invalid', errors: [{ path: '', message }] });
    this.#bringToAll();
  }

  workerEnded({ takingOver }: W): void {
    if (takingOver !== null && takingOver === this.#candidate?.digest) {
      this.#deaths += 1;
      if (this.#deaths >= MAX_DEATHS) {
        this.workerRefused(takingOver, `${MAX_DEATHS} workers ended while they took this configuration over`);
      }
    }
    this.#complete();
  }

  #bringToAll(): void {
    for (const worker of this.#options.workers()) {
      this.#bring(worker);
    }
  }

  #bring(worker: W): void {
    const loaded = this.#candidate ?? this.#served;
    if (loaded !== null && worker.ready && (worker.takingOver ?? worker.serves) !== loaded.digest) {
      worker.takingOver = loaded.digest;
      this.#options.apply(worker, loaded);
    }
  }

  #complete(): void {
    const candidate = this.#candidate;
    const ready = this.#options.workers().filter((worker) => worker.ready);
    const done = ready.every(({ serves, takingOver }) => takingOver === null && serves === candidate?.digest);
    if (candidate === null || ready.length === 0 || !done) {
      return;
    }
    this.#served = candidate;
    this.#candidate = null;
    this.#options.onServed(candidate);
  }

  #reject(rejected: RejectedConfig): void {
    this.#rejected = rejected;
    this.#options.onRejected(rejected);
  }
}
