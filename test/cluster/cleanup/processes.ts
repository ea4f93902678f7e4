import { readdirSync, readFileSync } from 'node:fs';
import { listNamespaces, namespaceInode } from '../network/namespace.ts';
import { prefix } from '../network/addresses.ts';
import { netNamespaceInode } from '../process/namespaces.ts';

/** A process of the cluster. */
export interface ClusterProcess {
  readonly pid: number;
  /** Its name as the kernel shows it, at most 15 characters. */
  readonly name: string;
}

/**
 * Every process that lives in one of the cluster's network namespaces or cgroups. Nothing has been written down about them, so
 * none is missed after a crash.
 */
export function findProcesses(): ClusterProcess[] {
  const inodes = new Set(listNamespaces().map(namespaceInode));
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => inodes.has(netNamespaceInode(pid) ?? Number.NaN) || isInClusterCgroup(pid))
    .map((pid) => ({ pid: Number(pid), name: readProcFile(pid, 'comm').trim() }))
    .filter(({ pid }) => pid !== process.pid);
}

function isInClusterCgroup(pid: string): boolean {
  return hasClusterCgroup(readProcFile(pid, 'cgroup'));
}

/** Whether one of a process's cgroups, in the form of `/proc/<pid>/cgroup`, is the cluster's. */
export function hasClusterCgroup(cgroups: string): boolean {
  return cgroups.split('\n').some((line) => line.replace(/^\d+:[^:]*:/, '').startsWith(`/${prefix}`));
}

/** Empty if the process has ended. */
function readProcFile(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
