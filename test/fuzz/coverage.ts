import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';

/** Tells which parts of the proxy have run. Coverage of blocks, as V8 counts it. */
export class Coverage {
  readonly #session = new Session();
  readonly #folder: string;
  readonly #seen = new Map<string, Uint8Array>();
  /** Characters of source that have run. */
  covered = 0;

  /** Only what lies under `folder` counts. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** True when something has run since the last call of either method that had not run before it was remembered. */
  looksNew(): boolean {
    return this.#take().some(({ url, ran }) => firstNew(ran, this.#remembered(url, ran.length), 0) >= 0);
  }

  /** The same, but it is remembered. */
  isNew(): boolean {
    const before = this.covered;
    for (const { url, ran } of this.#take()) {
      const seen = this.#remembered(url, ran.length);
      for (let at = firstNew(ran, seen, 0); at >= 0; at = firstNew(ran, seen, at)) {
        seen[at] = 1;
        this.covered += 1;
      }
    }
    return this.covered > before;
  }

  stop(): void {
    this.#session.disconnect();
  }

  #take(): readonly { readonly url: string; readonly ran: Uint8Array }[] {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    // It answers before it returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) {
        throw error;
      }
      scripts = result;
    });
    return scripts
      .filter(({ url }) => url.includes(this.#folder))
      .map(({ url, functions }) => ({ url, ran: mark(functions) }));
  }

  #remembered(url: string, length: number): Uint8Array {
    const seen = this.#seen.get(url) ?? new Uint8Array(0);
    if (seen.length >= length) {
      return seen;
    }
    const longer = new Uint8Array(length);
    longer.set(seen);
    this.#seen.set(url, longer);
    return longer;
  }
}

/** For each character whether it has run. Inner ranges come behind those around them, and say better what has run. */
function mark(functions: readonly Profiler.FunctionCoverage[]): Uint8Array {
  const ranges = functions.flatMap(({ ranges: own }) => own);
  const ran = new Uint8Array(Math.max(0, ...ranges.map(({ endOffset }) => endOffset)));
  for (const { startOffset, endOffset, count } of ranges) {
    ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  return ran;
}

/** The first offset from `start` on that has run, and had not run before; -1 for none. A loop, as this is where the time goes. */
function firstNew(ran: Uint8Array, seen: Uint8Array, start: number): number {
  for (let at = start; at < ran.length; at += 1) {
    if (ran[at] === 1 && seen[at] === 0) {
      return at;
    }
  }
  return -1;
}
