import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { corpusPath, loadCorpus, printable } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { dribbled, whole } from './cuts.ts';
import { tryParts } from './fuzzer.ts';
import type { Target } from './target.ts';

/** Inputs that one target keeps, at most, and how long they may be. */
const MOST = 40;
const LONGEST = 512;

/** Adds to the corpus of a target what runs parts of the proxy that neither its seeds nor its corpus run, short inputs first. */
export function distil(target: Target, found: readonly Buffer[]): void {
  const coverage = new Coverage('/proxy-image/');
  const corpus = loadCorpus(target.name);
  for (const input of [...target.seeds(), ...corpus]) {
    runBoth(target, input);
  }
  coverage.isNew();
  const short = found.filter(({ length }) => length <= LONGEST).toSorted((a, b) => a.length - b.length);
  const kept = [...corpus];
  for (const input of short) {
    runBoth(target, input);
    if (kept.length < MOST && coverage.isNew()) {
      kept.push(input);
    }
  }
  coverage.stop();
  const texts = kept.map((input) => input.toString('latin1'));
  const path = corpusPath(target.name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${printable(JSON.stringify(texts, null, 2))}\n`);
}

function runBoth(target: Target, input: Buffer): void {
  tryParts(target, input, whole(input));
  tryParts(target, input, dribbled(input));
}
