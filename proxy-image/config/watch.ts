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
  /** The same once Kubernetes has replaced all files of a volume, which it does in one moment: only those of another volume may follow. */
  readonly settleVolume: number;
  /** The net below the notifications, which network and overlay file systems do not always send. */
  readonly poll: number;
  /** The same while a file is missing, whose folder may not even exist. */
  readonly pollWaiting: number;
}

const INTERVALS: WatchIntervals = { settle: 50, settleVolume: 10, poll: 10_000, pollWaiting: 1000 };

/** Link through which all files of a mounted volume lead. Kubernetes writes new files beside the old ones, and then replaces it. */
const VOLUME_LINK = '..data';

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
  /** How long to wait before something is loaded that has changed since the last load began, in milliseconds; null if nothing has. */
  #pending: number | null = null;
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

  readonly #onChange = (_event: string, file: string | null): void => {
    const { settle, settleVolume } = this.#intervals;
    const delay = file === VOLUME_LINK ? settleVolume : settle;
    if (this.#pending !== null && this.#pending <= delay) {
      return;
    }
    this.#pending = delay;
    if (!this.#loading) {
      this.#loadIn(delay);
    }
  };

  #loadIn(delay: number): void {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = setTimeout(() => void this.#load(), delay);
  }

  async #load(): Promise<void> {
    this.#loading = true;
    this.#pending = null;
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
      this.#pending ??= this.#intervals.settle;
    }
    this.#loadIn(this.#delay(result));
    const key = identity(result);
    if (key !== this.#last) {
      this.#last = key;
      this.#options.onResult(result);
    }
  }

  #delay({ state }: LoadResult): number {
    const { poll, pollWaiting } = this.#intervals;
    return this.#pending ?? (state === 'Waiting' ? pollWaiting : poll);
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
