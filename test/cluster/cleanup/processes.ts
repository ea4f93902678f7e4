import { readdirSync, readFileSync } from 'node:fs';
import { listNamespaces, namespaceInode } from '../network/namespace.ts';
import { prefix } from '../network/addresses.ts';
import { netNamespaceInode } from '../process/namespaces.ts';
import { untilReady } from '../process/ready.ts';

/** A process of the cluster. */
export interface ClusterProcess {
  readonly pid: number;
  /** Its name as the kernel shows it, at most 15 characters. */
  readonly name: string;
}

const timeoutMs = 20_000;

/**
 * Every process that lives in one of the cluster's network namespaces or cgroups. Nothing has been written down about them, so
 * none is missed after a crash.
 */
export function findProcesses(): ClusterProcess[] {
  const inodes = listNamespaces().map(namespaceInode);
  return select((pid) => inodes.includes(netNamespaceInode(pid) ?? Number.NaN) || isInClusterCgroup(pid));
}

/** Every process that lives in the network namespace of that name. */
export function findProcessesIn(namespace: string): ClusterProcess[] {
  const inode = namespaceInode(namespace);
  return select((pid) => inode !== undefined && netNamespaceInode(pid) === inode);
}

/**
 * Kills processes until none is found any more.
 *
 * @param whose for the error message
 * @throws if some survive
 */
export async function endProcesses(whose: string, find: () => readonly ClusterProcess[]): Promise<void> {
  await untilReady({
    what: `The end of all processes of ${whose}`,
    async check() {
      const processes = find();
      for (const { pid } of processes) {
        kill(pid);
      }
      return processes.length === 0 ? undefined : `${processes.map(({ name }) => name).join(', ')} still run`;
    },
    timeoutMs,
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function select(predicate: (pid: string) => boolean): ClusterProcess[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid && predicate(entry))
    .map((pid) => ({ pid: Number(pid), name: readProcFile(pid, 'comm').trim() }));
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
