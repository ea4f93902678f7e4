/**
 * `node test/fuzz/main.ts [target [file]]`: fuzzes all targets, or one; with a file it tries that input in every way in which it may be
 * cut. FUZZ_SECONDS: how long in all (60). FUZZ_SEED: another number for other inputs. FUZZ_KEEP=1 adds inputs that run more of
 * the proxy's source to the corpus. FUZZ_MEASURE=1 says how much of it has run, and FUZZ_BLIND=1 goes on from the first inputs alone: to see
 * what going on from others is worth.
 */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { distil } from './distil.ts';
import { failureOf, writeFailure } from './failures.ts';
import type { Target } from './target.ts';
import { requireTarget, TARGETS } from './targets/all.ts';
import { RUNNING_HEAD, type Outcome, type Work } from './worker.ts';

const RUNNING_BYTES = 65_536;

/** An input that takes longer never ends, even on a busy machine. Milliseconds. */
const HANGS_AFTER = 30_000;

const LOOK_EVERY = 1_000;

interface Settings {
  readonly seconds: number;
  readonly seed: number;
  readonly keep: boolean;
  readonly guided: boolean;
  readonly measured: boolean;
}

function settingsOf(environment: NodeJS.ProcessEnv, targets: number): Settings {
  return {
    seconds: Number(environment['FUZZ_SECONDS'] ?? 60) / targets,
    seed: Number(environment['FUZZ_SEED'] ?? Date.now() % 1_000_000),
    keep: environment['FUZZ_KEEP'] === '1',
    guided: environment['FUZZ_BLIND'] !== '1',
    measured: environment['FUZZ_MEASURE'] === '1',
  };
}

/** Resolves with what to say of a failure; null when there was none. */
async function fuzz(target: Target, settings: Settings): Promise<string | null> {
  const { seconds, seed, keep, guided, measured } = settings;
  const running = new SharedArrayBuffer(RUNNING_HEAD + RUNNING_BYTES);
  const work: Work = { target: target.name, seconds, seed, guided, measured, running };
  const outcome = await runWatched(work);
  if (typeof outcome === 'string') {
    const length = new Int32Array(running)[1] ?? 0;
    return writeFailure(target, Buffer.from(running.slice(RUNNING_HEAD, RUNNING_HEAD + length)), outcome);
  }
  const { executions, inputs, covered, found, failure } = outcome;
  const rate = Math.round(executions / seconds);
  console.log(
    `${target.name}: ${executions} inputs (${rate}/s, seed ${seed}), ${inputs} kept${covered === null ? '' : `, ${covered} characters of source run`}`,
  );
  if (keep && failure === null) {
    distil(
      target,
      found.map((input) => Buffer.from(input)),
    );
  }
  return failure === null ? null : writeFailure(target, Buffer.from(failure.input), failure.error);
}

/** Runs a worker and looks whether it goes on; what is wrong, in words, when it does not. */
async function runWatched(work: Work): Promise<Outcome | string> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: work });
  const count = new Int32Array(work.running);
  let last = -1;
  let movedAt = performance.now();
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      const now = Atomics.load(count, 0);
      if (now !== last) {
        last = now;
        movedAt = performance.now();
      } else if (performance.now() - movedAt > HANGS_AFTER) {
        settle(`it does not end within ${HANGS_AFTER / 1_000} s`);
      }
    }, LOOK_EVERY);
    const settle = (outcome: Outcome | string): void => {
      clearInterval(watch);
      void worker.terminate().then(() => resolve(outcome));
    };
    worker.once('message', settle);
    worker.once('error', (error: Error) => settle(`the worker failed: ${error.stack ?? error.message}`));
  });
}

function runAgain(name: string, file: string): number {
  const failure = failureOf(requireTarget(name), readFileSync(file));
  console.log(failure === null ? `${name}: all is well` : failure.error);
  return failure === null ? 0 : 1;
}

async function main([name, file]: readonly string[]): Promise<number> {
  if (name !== undefined && file !== undefined) {
    return runAgain(name, file);
  }
  const targets = name === undefined ? TARGETS : [requireTarget(name)];
  const settings = settingsOf(process.env, targets.length);
  let failed = 0;
  for (const target of targets) {
    const failure = await fuzz(target, settings);
    if (failure !== null) {
      failed += 1;
      console.log(failure);
    }
  }
  console.log(`${targets.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
