import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { random } from '../support/random.ts';
import { printable } from './corpus.ts';
import { allCuts } from './cuts.ts';
import { tryParts, type Failure } from './fuzzer.ts';
import { minimise } from './minimise.ts';
import type { Target } from './target.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bytes of an input that are shown. */
const SHOWN = 500;

/** The first way to cut an input that fails; null when all is well. */
export function failureOf(target: Target, input: Buffer): Failure | null {
  for (const parts of allCuts(input, random(1))) {
    const failure = tryParts(target, input, parts);
    if (failure !== null) {
      return failure;
    }
  }
  return null;
}

/** How long is looked for a shorter input. Milliseconds. */
const MINIMISE_FOR = 20_000;

/** The same failure by as little input as can be found in a while; `running` is told of each that is tried. */
export function smallest(
  target: Target,
  { input, error }: Failure,
  running: (input: Buffer) => void,
): Failure {
  const endsAt = performance.now() + MINIMISE_FOR;
  const shorter = minimise(input, (candidate) => {
    running(candidate);
    return performance.now() < endsAt && failureOf(target, candidate) !== null;
  });
  return failureOf(target, shorter) ?? { input, error };
}

/** Writes an input into `build/fuzz`, and says what it did and how to run it again. */
export function writeFailure(target: Target, input: Buffer, what: string): string {
  const folder = `${root}build/fuzz`;
  const name = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const path = `${folder}/${target.name}-${name}.bin`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, input);
  const shown = printable(JSON.stringify(input.toString('latin1', 0, SHOWN)));
  return `${target.name}: ${what}\n  input: ${shown}\n  again: node test/fuzz/main.ts ${target.name} ${relative(root, path)}\n`;
}
