import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../cluster/paths.ts';
import { print } from '../../cluster/process/progress.ts';

/** Prints a measured time and keeps it in build/reports/e2e-times.json, so that a run can be compared with the last. */
export function recordTime(name: string, milliseconds: number): void {
  const folder = join(projectFolder, 'build/reports');
  const file = join(folder, 'e2e-times.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    file,
    `${JSON.stringify({ ...readTimes(file), [name]: Math.round(milliseconds) }, null, 2)}\n`,
  );
  print(`${name}: ${Math.round(milliseconds)} ms`);
}

/** Prints and keeps the median and the 99th percentile (nearest rank) of times that were measured again and again. */
export function recordTimes(name: string, milliseconds: readonly number[]): void {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const percentile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  recordTime(`${name}, median of ${sorted.length}`, percentile(0.5));
  recordTime(`${name}, 99th percentile of ${sorted.length}`, percentile(0.99));
}

function readTimes(file: string): Readonly<Record<string, number>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, number>>;
  } catch {
    return {};
  }
}
