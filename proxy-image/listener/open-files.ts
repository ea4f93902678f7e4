import { readFileSync } from 'node:fs';

/** Files that the process needs beside its connections: listeners, the pipe to the supervisor, idle connections to servers. */
const RESERVE = 256;

/**
 * How many client connections the limit of open files allows, each with one to a server. Node closes connections that come above that
 * limit without a word, so the proxy has to stay below by itself. Infinite where the limit is not known.
 */
export function connectionsByOpenFiles(limits = readLimits()): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(1, Math.floor((Number(soft) - RESERVE) / 2));
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
