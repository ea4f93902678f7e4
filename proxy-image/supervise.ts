import { startAdmin } from './admin/server.ts';
import { createLogger } from './log/log.ts';
import { BatchedWriter } from './log/writer.ts';
import type { ProxyOptions } from './options.ts';
import { Supervisor } from './workers/supervisor.ts';

/** Exit code when it can't be done. */
const FAILED = 1;

/** Runs the supervisor in this process, with so many workers, until it is told to end. */
export async function supervise(options: ProxyOptions, workers: number): Promise<void> {
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
