import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatTable } from '../../standalone/report/table.ts';
import type { Check } from './checks.ts';

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** What came back, or why it failed. */
  readonly detail: string;
  readonly ms: number;
}

/** Runs checks one after the other. */
export async function runChecks(checks: readonly Check[]): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) results.push(await runCheck(check));
  return results;
}

async function runCheck({ name, run }: Check): Promise<CheckResult> {
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  try {
    return { name, ok: true, detail: await run(), ms: elapsed() };
  } catch (error) {
    return { name, ok: false, detail: (error as Error).message, ms: elapsed() };
  }
}

/** The results as a table. */
export function formatResults(results: readonly CheckResult[]): string {
  const rows = results.map(({ name, ok, detail, ms }) => [name, ok ? 'ok' : 'FAILED', `${ms} ms`, detail]);
  return formatTable(['SENT THROUGH EACH FLOW', '', 'TIME', 'CAME BACK'], rows);
}

/** Writes `{"checks": [{"name", "ok", "ms"}]}`, by which runs are compared. */
export async function writeReport(file: string, results: readonly CheckResult[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const checks = results.map(({ name, ok, ms }) => ({ name, ok, ms }));
  await writeFile(file, `${JSON.stringify({ checks }, null, 2)}\n`);
}
