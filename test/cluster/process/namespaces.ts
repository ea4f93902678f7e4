import { readlinkSync } from 'node:fs';

/** The inode of the network namespace a process lives in; nothing if the process has ended. */
export function netNamespaceInode(pid: number | string): number | undefined {
  try {
    // The link reads "net:[4026531840]".
    return Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0]);
  } catch {
    return undefined;
  }
}
