import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Finding } from './judge.ts';

/** What was found in one corpus, sent in one way. */
export type Tally = { readonly corpus: string; readonly how: string; readonly cases: number } & Readonly<
  Record<Finding, number>
>;

export interface CaseFinding {
  readonly id: string;
  readonly why: string;
  readonly finding: Finding;
}

export function count(
  { name: corpus, cases }: { readonly name: string; readonly cases: readonly unknown[] },
  how: string,
  findings: readonly CaseFinding[],
): Tally {
  const of = (finding: Finding): number => findings.filter((other) => other.finding === finding).length;
  return {
    corpus,
    how,
    cases: cases.length,
    unsafe: of('unsafe'),
    countedTwice: of('countedTwice'),
    validRefused: of('validRefused'),
    invalidForwarded: of('invalidForwarded'),
  };
}

/** Writes `build/reports/<name>.json`. */
export function writeReport(name: string, content: unknown): void {
  const folder = fileURLToPath(new URL('../../build/reports', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(content, null, 2)}\n`);
}
