import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { loadConfig } from './load.ts';
import type { LoadResult } from './load.ts';

export interface WatchOptions {
  readonly file: string;
  /** Told the first result, and then each that differs from the one before. */
  readonly onResult: (result: LoadResult) => void;
  readonly intervals?: WatchIntervals;
}

/** Milliseconds. */
export interface WatchIntervals {
  /** Changes that follow each other this closely are taken for one: several files are seldom replaced in the same moment. */
  readonly settle: number;
  /** The net below the notifications, which network and overlay file systems do not always send. */
  readonly poll: number;
  /** The same while a file is missing, whose folder may not even exist. */
  readonly pollWaiting: number;
}

const INTERVALS: WatchIntervals = { settle: 50, poll: 10_000, pollWaiting: 1000 };

/**
 * Loads a configuration again whenever it, or a file that it names, may have changed. Folders are watched and not files, because neither
 * editors nor Kubernetes write into a file: the one renames, the other replaces the link `..data`, which all files of a volume lead through.
 */
export class ConfigWatcher {
  readonly #options: WatchOptions;
  readonly #intervals: WatchIntervals;
  #files: readonly string[];
  #watchers: readonly FSWatcher[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** Something has changed since the load that is under way began, or is waited for. */
  #changed = false;
  #loading = false;
  #stopped = false;
  #last: string | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#intervals = options.intervals ?? INTERVALS;
    this.#files = [resolve(options.file)];
    void this.#load();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer ?? undefined);
    this.#unwatch();
  }

  readonly #onChange = (): void => {
    if (!this.#loading && !this.#changed) {
      this.#loadIn(this.#intervals.settle);
    }
    this.#changed = true;
  };

  #loadIn(delay: number): void {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = setTimeout(() => void this.#load(), delay);
  }

  async #load(): Promise<void> {
    this.#loading = true;
    this.#changed = false;
    // Watched anew each time, and before anything is read: a folder may have been replaced, and then its old watch tells nothing.
    await this.#watch();
    const result = await loadConfig(this.#options.file);
    this.#loading = false;
    if (this.#stopped) {
      this.#unwatch();
      return;
    }
    if (result.files.join('\0') !== this.#files.join('\0')) {
      this.#files = result.files;
      this.#changed = true;
    }
    this.#loadIn(this.#delay(result));
    const key = identity(result);
    if (key !== this.#last) {
      this.#last = key;
      this.#options.onResult(result);
    }
  }

  #delay({ state }: LoadResult): number {
    if (this.#changed) {
      return this.#intervals.settle;
    }
    return state === 'Waiting' ? this.#intervals.pollWaiting : this.#intervals.poll;
  }

  /** Watches the folders of the files, and of the files that links among them lead to. */
  async #watch(): Promise<void> {
    const targets = await Promise.all(this.#files.map(async (file) => realpath(file).catch(() => file)));
    this.#unwatch();
    const folders = new Set([...this.#files, ...targets].map((file) => dirname(file)));
    this.#watchers = [...folders].flatMap((folder) => this.#watchFolder(folder));
  }

  #watchFolder(folder: string): readonly FSWatcher[] {
    try {
      const watcher = watch(folder, this.#onChange);
      // Such as a folder that was removed: polling goes on, and watches it again.
      watcher.on('error', () => watcher.close());
      return [watcher];
    } catch {
      // Missing, or no more watches are allowed: polling finds the change.
      return [];
    }
  }

  #unwatch(): void {
    for (const watcher of this.#watchers) {
      watcher.close();
    }
    this.#watchers = [];
  }
}

function identity(result: LoadResult): string {
  return result.state === 'Loaded'
    ? result.loaded.digest
    : JSON.stringify([result.state, result.hash, result.errors]);
}
