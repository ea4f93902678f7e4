/**
 * Runs Jest projects and ends with a line that any runner can read: `node test/run.ts <report> <project...>`. Writes what each test did and
 * how long it took to build/reports/<report>.json, so that a run can be compared with the last. With SKIP_NO_TEST=1 a test that is skipped is
 * one that failed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge } from './support/jest-result.ts';
import type { JestResult } from './support/jest-result.ts';

/** Projects that have the machine to themselves: they drive one cluster, or measure. */
const SERIAL_PROJECTS = new Set(['e2e', 'faults', 'operator-faults']);

const root = fileURLToPath(new URL('..', import.meta.url));

async function runJest(projects: readonly string[], outputFile: string): Promise<number> {
  const args = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--selectProjects',
    ...projects,
    // A bound for what hangs, not a measure of speed: the machine may be busy with other things.
    '--testTimeout=60000',
    // A handle that a test left open must not keep the whole run from ending; `npm run test:unit` still shows it.
    '--forceExit',
    '--json',
    `--outputFile=${outputFile}`,
    ...(projects.some((project) => SERIAL_PROJECTS.has(project)) ? ['--runInBand'] : []),
  ];
  // Jest prints its JSON to stdout as well; people read stderr.
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function writeReport(name: string, result: JestResult): void {
  const checks = result.testResults.flatMap((suite) =>
    suite.assertionResults.map(({ fullName, status, duration }) => ({
      suite: relative(root, suite.name),
      name: fullName,
      ok: status === 'passed',
      ms: Math.round(duration ?? 0),
    })),
  );
  const folder = join(root, 'build/reports');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ checks }, null, 2)}\n`);
}

async function main([report, ...projects]: readonly string[]): Promise<number> {
  if (report === undefined || projects.length === 0) {
    console.error('usage: node test/run.ts <report> <project...>');
    return 2;
  }
  const outputFile = join(tmpdir(), `jest-${process.pid}.json`);
  try {
    const code = await runJest(projects, outputFile);
    if (!existsSync(outputFile)) {
      // What has to be there before the first test could not be made; Jest has said why.
      console.log('0 passed, 1 failed');
      return 1;
    }
    const result = JSON.parse(readFileSync(outputFile, 'utf8')) as JestResult;
    writeReport(report, result);
    const { line, failed, skipped } = judge(result, process.env['SKIP_NO_TEST'] !== '1');
    for (const name of skipped) console.log(`skipped, but must not be: ${name}`);
    console.log(line);
    return failed > 0 ? 1 : code;
  } finally {
    rmSync(outputFile, { force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
