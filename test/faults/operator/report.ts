import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Trial } from './try-all.ts';

/** How one operator did. */
export interface SubjectReport {
  readonly name: string;
  /** How many plans there are for it, and how many were tried. */
  readonly all: number;
  readonly plans: number;
  readonly survived: number;
  /** Plans of which the fault did not come about, as the run went otherwise. */
  readonly notHappened: number;
  readonly failures: readonly { readonly plan: string; readonly problems: readonly string[] }[];
  /** Writes when there was nothing to do any more, in all runs together. */
  readonly writesAfterQuiet: number;
}

/** Ours is the report's own, and beside it what it survives as a process that is killed; all others are baselines. */
export const OURS = 'teamwork-proxy-operator';
export const OUR_KILLED = 'teamwork-proxy-operator (killed)';

const REPORTS = fileURLToPath(new URL('../../../build/reports', import.meta.url));
const PARTS = join(REPORTS, 'operator-faults');

export function reportOf(name: string, { all, verdicts }: Trial): SubjectReport {
  const failures = verdicts.filter(({ problems }) => problems.length > 0);
  return {
    name,
    all,
    plans: verdicts.length,
    survived: verdicts.length - failures.length,
    notHappened: verdicts.filter(({ happened }) => !happened).length,
    failures: failures.map(({ plan, problems, output }) => ({ plan, problems, output })),
    writesAfterQuiet: verdicts.reduce((sum, verdict) => sum + verdict.writesAfterQuiet, 0),
  };
}

/** Writes build/reports/operator-faults.json, with what other operators did before beside it, and gives what this one did. */
export function writeReport(name: string, trial: Trial): SubjectReport {
  const report = reportOf(name, trial);
  mkdirSync(PARTS, { recursive: true });
  writeFileSync(join(PARTS, `${name.replaceAll(/[^a-z0-9-]+/gi, '_')}.json`), text(report));
  const parts = readdirSync(PARTS).map(
    (file) => JSON.parse(readFileSync(join(PARTS, file), 'utf8')) as SubjectReport,
  );
  const ours = parts.find((part) => part.name === OURS);
  const killed = parts.find((part) => part.name === OUR_KILLED);
  const baselines = parts.filter((part) => part !== ours && part !== killed);
  writeFileSync(join(REPORTS, 'operator-faults.json'), text({ ...ours, killed, baselines }));
  return report;
}

function text(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
