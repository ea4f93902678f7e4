import { connectionsByMemory, connectionsByOpenFiles } from '../listener/capacity.ts';
import { createLogger, type LogLevel } from '../log/log.ts';
import { BatchedWriter } from '../log/writer.ts';
import type { Command } from './messages.ts';
import { granted, workerMemory } from './count.ts';
import { leaveOutStacksOfSystemErrors } from './stack-traces.ts';
import { Worker } from './worker.ts';

/** Runs one of so many workers in this process, which the supervisor has forked. */
export function runWorker(level: LogLevel, workers: number): void {
  leaveOutStacksOfSystemErrors();
  const output = new BatchedWriter(1);
  const errors = new BatchedWriter(2);
  const log = createLogger({ level, writer: errors, fields: { worker: process.pid } });
  const exit = (code: number): never => {
    output.flushSync();
    errors.flushSync();
    process.exit(code);
  };
  const worker = new Worker({
    accessLog: output,
    maxConnections: Math.min(connectionsByOpenFiles(), connectionsByMemory(workerMemory(granted(), workers))),
    workers,
    send: (message) => process.send?.(message),
    exit: () => exit(0),
  });
  // A terminal sends these to every process of the group; the supervisor decides what they mean.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.on('uncaughtException', (error) => {
    log.error('worker crashed', { error: error.stack });
    exit(1);
  });
  process.on('disconnect', () => exit(0));
  process.on('message', (command: Command) => worker.handle(command));
  process.send?.({ type: 'Ready' });
}
