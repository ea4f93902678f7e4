import type { AccessLog } from '../config/types.ts';
import type { AccessEntry } from './types.ts';
import type { LineWriter } from './writer.ts';

/** Takes note of finished connections and requests. */
export interface AccessLogger {
  /** False when nothing is written of a request that ended so: no entry has to be made then. */
  wants?(status: number, faulty: boolean): boolean;
  log(entry: AccessEntry): void;
}

/** Longer values are cut, so that a client can't fill the log with one request. Characters. */
const MAX_VALUE = 1024;

/** Writes one JSON line for each entry that `level` asks for. */
export function accessLogger(level: AccessLog, writer: LineWriter): AccessLogger {
  switch (level) {
    case 'Off':
      return { wants: () => false, log: () => undefined };
    case 'Errors':
      return {
        wants: (status, faulty) => faulty || status >= 500,
        log: (entry) => (failed(entry) ? writer.line(format(entry)) : undefined),
      };
    case 'All':
      return { wants: () => true, log: (entry) => writer.line(format(entry)) };
  }
}

function failed(entry: AccessEntry): boolean {
  return entry.error !== null || (entry.kind === 'request' && entry.status >= 500);
}

function format(entry: AccessEntry): string {
  return JSON.stringify({ time: new Date().toISOString(), ...entry }, cut);
}

function cut(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}...` : value;
}
