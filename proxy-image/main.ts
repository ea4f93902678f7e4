import cluster from 'node:cluster';
import { readOptions, USAGE } from './options.ts';
import type { ProxyOptions } from './options.ts';
import { defaultWorkerCount, granted } from './workers/count.ts';
import { HOLD_VARIABLE, runHolder } from './workers/holding.ts';

/** Exit codes beside 0. */
const FAILED = 1;
const WRONG_USAGE = 2;

async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  if (cluster.isWorker) {
    // A message did not reach the supervisor: it has been killed, and there is nobody left to work for.
    process.on('error', () => process.exit(FAILED));
  }
  const invocation = readOptions(args, environment);
  switch (invocation.command) {
    case 'Help':
      process.stdout.write(USAGE);
      return;
    case 'Error':
      process.stderr.write(`${invocation.message}\n`);
      process.exitCode = WRONG_USAGE;
      return;
    case 'Check':
      await check(invocation.options);
      return;
    case 'Run':
      await run(invocation.options, HOLD_VARIABLE in environment);
  }
}

/** What this process is for decides what it loads: that saves memory in each of them. */
async function run(options: ProxyOptions, holder: boolean): Promise<void> {
  if (holder) {
    runHolder();
  } else if (cluster.isPrimary) {
    const { supervise } = await import('./supervise.ts');
    await supervise(options, workerCount(options));
  } else {
    const { runWorker } = await import('./workers/process.ts');
    runWorker(options.logLevel, workerCount(options));
  }
}

function workerCount({ workers }: ProxyOptions): number {
  return workers ?? defaultWorkerCount(granted());
}

async function check({ configFile }: ProxyOptions): Promise<void> {
  const { loadConfig } = await import('./config/load.ts');
  const result = await loadConfig(configFile);
  if (result.state === 'Loaded') {
    process.stdout.write(`${configFile} is in order\n`);
    return;
  }
  for (const { path, message } of result.errors) {
    process.stderr.write(`${path === '' ? configFile : path}: ${message}\n`);
  }
  process.exitCode = FAILED;
}

await main(process.argv.slice(2), process.env);
