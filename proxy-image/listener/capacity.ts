import { readFileSync } from 'node:fs';

/** Files that the process needs beside its connections: listeners, the pipe to the supervisor, idle connections to servers. */
const RESERVED_FILES = 256;
/**
 * What one client's connection takes, with the one to a server, TLS on both, and buffers half full on the average. Bytes.
 */
const CONNECTION_BYTES = 64 * 1024;

/**
 * How many client connections the limit of open files allows, each with one to a server. Node closes connections that come above that
 * limit without a word, so the proxy has to stay below by itself. Infinite where the limit is not known.
 */
export function connectionsByOpenFiles(limits = readLimits()): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(1, Math.floor((Number(soft) - RESERVED_FILES) / 2));
}

/** How many client connections find room in the memory (bytes) that a worker has for them; above it the whole group would be killed. */
export function connectionsByMemory(available: number): number {
  return Math.max(1, Math.floor(available / CONNECTION_BYTES));
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
