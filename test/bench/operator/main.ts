/**
 * What the operator costs at scale: `node test/bench/operator/main.ts`. Fails when something goes wrong, never because
 * something is slow. Settings in the environment: BENCH_RESOURCES=<n> (1000); BENCH_STEADY_SECONDS=<n> (60); BENCH_ONLY=<text> measures the
 * operators that have that text in their name; BENCH_PROFILE=1 writes CPU profiles of ours; BENCH_RECORD=1 writes the table into
 * docs/benchmarks-operator.md.
 */
import { install } from '../../cluster/binaries/install.ts';
import { print, step } from '../../cluster/process/progress.ts';
import { controllerRuntime } from './candidates/controller-runtime.ts';
import { ours } from './candidates/ours.ts';
import { describe, record, writeReport } from './report.ts';
import { measure } from './scenario.ts';
import { differences } from './shapes.ts';
import type { Result } from './types.ts';

const CANDIDATES = [ours, controllerRuntime];

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const only = env['BENCH_ONLY'] ?? '';
  const size = {
    resources: Number(env['BENCH_RESOURCES'] ?? 1000),
    single: 25,
    changes: 25,
    steadySeconds: Number(env['BENCH_STEADY_SECONDS'] ?? 60),
  };
  await install(['control-plane']);
  const results: Result[] = [];
  for (const candidate of CANDIDATES.filter(({ name }) => name.includes(only))) {
    await step(`Building ${candidate.name}`, async () => candidate.prepare());
    results.push(await measure(candidate, size));
  }
  if (results.length === 0) throw new Error(`no operator has "${only}" in its name`);
  requireSameWork(results);
  await writeReport(results);
  const section = describe(results);
  process.stdout.write(`${section}\n`);
  if (env['BENCH_RECORD'] === '1') await record(section);
}

/** @throws if what the operators make is not the same */
function requireSameWork([first, ...others]: readonly Result[]): void {
  for (const other of others) {
    const found = differences(first?.shapes ?? {}, other.shapes);
    if (found.length > 0)
      throw new Error(`${first?.name} and ${other.name} can't be compared: ${found.join('; ')}`);
  }
}

try {
  await main(process.env);
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
