/** Fuzzes one target in a thread of its own, so that an input that never ends can be told, and ended, from outside. */
import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { smallest } from './failures.ts';
import { Fuzzer } from './fuzzer.ts';
import type { Target } from './target.ts';
import { requireTarget } from './targets/all.ts';

/** What the thread is given. */
export interface Work {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  readonly guided: boolean;
  /** Whether to say how much of the source has run, which takes many times as long. */
  readonly measured: boolean;
  /** What is being tried: a count, the length of the input, and the input. */
  readonly running: SharedArrayBuffer;
}

/** What it gives back when its time is over, or when something was found. */
export interface Outcome {
  readonly executions: number;
  readonly inputs: number;
  readonly covered: number | null;
  /** Inputs that made something new happen. */
  readonly found: readonly Uint8Array[];
  readonly failure: { readonly input: Uint8Array; readonly error: string } | null;
}

const COUNT = 0;
const LENGTH = 1;
export const RUNNING_HEAD = 8;
const PROXY = '/proxy-image/';

function run(work: Work): Outcome {
  const target = requireTarget(work.target);
  const running = new Running(work.running);
  const fuzzer = new Fuzzer(target, work.seed, work.guided);
  const endsAt = performance.now() + work.seconds * 1_000;
  let failure = fuzzer.begin(running.show);
  while (failure === null && performance.now() < endsAt) {
    failure = fuzzer.step(running.show);
  }
  const small = failure === null ? null : smallest(target, failure, running.show);
  return {
    executions: fuzzer.executions,
    inputs: fuzzer.inputs.length,
    covered: work.measured ? sourceCovered(target, work, fuzzer.executions) : null,
    found: fuzzer.found,
    failure: small === null ? null : { input: small.input, error: describe(small.error) },
  };
}

/** Does the same once more, to see what it ran: counting while it runs would have made it slower. */
function sourceCovered(target: Target, { seed, guided }: Work, executions: number): number {
  const coverage = new Coverage(PROXY);
  const fuzzer = new Fuzzer(target, seed, guided);
  fuzzer.begin(() => undefined);
  while (fuzzer.executions < executions) {
    fuzzer.step(() => undefined);
  }
  coverage.isNew();
  return coverage.covered;
}

/** Shows outside what is being tried. */
class Running {
  readonly #numbers: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#numbers = new Int32Array(memory, 0, 2);
    this.#bytes = new Uint8Array(memory, RUNNING_HEAD);
  }

  readonly show = (input: Buffer): void => {
    const shown = input.subarray(0, this.#bytes.length);
    this.#bytes.set(shown);
    Atomics.store(this.#numbers, LENGTH, shown.length);
    Atomics.add(this.#numbers, COUNT, 1);
  };
}

function describe(error: unknown): string {
  return error instanceof Error && error.name !== 'Broken' ? (error.stack ?? error.message) : String(error);
}

// The rule knows windows alone, and takes this for one.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort?.postMessage(run(workerData as Work));
