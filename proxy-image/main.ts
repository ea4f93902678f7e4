import cluster from 'node:cluster';
import { startAdmin } from './admin/server.ts';
import { loadConfig } from './config/load.ts';
import { createLogger } from './log/log.ts';
import { BatchedWriter } from './log/writer.ts';
import { readOptions, USAGE } from './options.ts';
import type { ProxyOptions } from './options.ts';
import { defaultWorkerCount, granted } from './workers/count.ts';
import { HOLD_VARIABLE, holdPlaces } from './workers/holding.ts';
import type { Place } from './workers/holding.ts';
import { runWorker } from './workers/process.ts';
import { Supervisor } from './workers/supervisor.ts';

/** Exit codes beside 0. */
const FAILED = 1;
const WRONG_USAGE = 2;

async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
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
      if (cluster.isPrimary) {
        await supervise(invocation.options);
      } else if (process.env[HOLD_VARIABLE] !== undefined) {
        await holdPlaces(JSON.parse(process.env[HOLD_VARIABLE]) as readonly Place[]);
      } else {
        runWorker(invocation.options.logLevel, workerCount(invocation.options));
      }
  }
}

function workerCount({ workers }: ProxyOptions): number {
  return workers ?? defaultWorkerCount(granted());
}

async function check({ configFile }: ProxyOptions): Promise<void> {
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

async function supervise(options: ProxyOptions): Promise<void> {
  const errors = new BatchedWriter(2);
  const log = createLogger({ level: options.logLevel, writer: errors });
  const exit = (code: number): never => {
    errors.flushSync();
    process.exit(code);
  };
  process.on('uncaughtException', (error) => {
    log.error('supervisor crashed', { error: error.stack });
    exit(FAILED);
  });
  const workers = workerCount(options);
  const supervisor = new Supervisor({ configFile: options.configFile, workers, log });
  const { host, port } = options.admin;
  try {
    await startAdmin(options.admin, supervisor);
  } catch (error) {
    log.error('the admin listener can not be opened: choose another address or port with --admin', {
      host,
      port,
      error,
    });
    exit(FAILED);
  }
  log.info('started', {
    node: process.version,
    workers,
    configFile: options.configFile,
    admin: `${host} port ${port}`,
  });
  supervisor.start();
  await drainOnSignal(supervisor, options);
  log.info('ended');
  exit(0);
}

/**
 * Resolves when everything has ended. SIGINT comes from a terminal: nobody there has to notice first that nothing more should be sent. The
 * handlers stay from the first signal to the last, as one that comes between two handlers would end the process, or be lost.
 */
async function drainOnSignal(
  supervisor: Supervisor,
  { drainDelay, drainTimeout, drainUntilUnused }: ProxyOptions,
): Promise<void> {
  const first = Promise.withResolvers<number>();
  let signals = 0;
  const onSignal = (delay: number) => {
    signals += 1;
    if (signals > 1) supervisor.end();
    else first.resolve(delay);
  };
  process.on('SIGTERM', () => onSignal(drainDelay));
  process.on('SIGINT', () => onSignal(0));
  await supervisor.drain({
    delay: await first.promise,
    timeout: drainTimeout,
    untilUnused: drainUntilUnused,
  });
}

await main(process.argv.slice(2), process.env);
