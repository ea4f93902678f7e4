import { existsSync, readFileSync } from 'node:fs';
import { clusterFolder } from '../lifecycle/folders.ts';
import { hostLink } from '../network/addresses.ts';
import { listNamespaces } from '../network/namespace.ts';
import { listCgroups } from '../nodes/cgroups.ts';
import { type ClusterProcess, findProcesses } from './processes.ts';

/** Everything of the cluster that is on this host, whatever state it is in. */
export interface Inventory {
  readonly processes: readonly ClusterProcess[];
  readonly namespaces: readonly string[];
  readonly links: readonly string[];
  /** Mount points below the cluster's folder, the deepest first. */
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly folders: readonly string[];
}

/** Looks for what is there of the cluster. */
export function takeInventory(): Inventory {
  const folder = clusterFolder();
  return {
    processes: findProcesses(),
    namespaces: listNamespaces(),
    links: existsSync(`/sys/class/net/${hostLink.name}`) ? [hostLink.name] : [],
    mounts: mountsBelow(folder),
    cgroups: listCgroups(),
    folders: existsSync(folder) ? [folder] : [],
  };
}

/** The mount points below a folder, the deepest first. */
export function mountsBelow(
  folder: string,
  mountinfo = readFileSync('/proc/self/mountinfo', 'utf8'),
): string[] {
  return mountinfo
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .filter((path) => path.startsWith(`${folder}/`))
    .sort()
    .reverse();
}

/** Whether there is nothing of the cluster. */
export function isEmpty(inventory: Inventory): boolean {
  return Object.values(inventory).every((items: readonly unknown[]) => items.length === 0);
}

/** What there is, a line per kind: `3 processes (etcd, kubelet x 2)`. */
export function describeInventory(inventory: Inventory): string[] {
  return [
    line('process', 'processes', countByName(inventory.processes)),
    line('network namespace', 'network namespaces', inventory.namespaces),
    line('network interface', 'network interfaces', inventory.links),
    line('mount', 'mounts', inventory.mounts),
    line('cgroup', 'cgroups', inventory.cgroups),
    line('folder', 'folders', inventory.folders),
  ].flat();

  function line(one: string, many: string, items: readonly string[]): string[] {
    const count = one === 'process' ? inventory.processes.length : items.length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many} (${items.join(', ')})`];
  }
}

function countByName(processes: readonly ClusterProcess[]): string[] {
  const byName = Map.groupBy(processes, ({ name }) => name);
  return [...byName].map(([name, { length }]) => (length === 1 ? name : `${name} x ${length}`));
}
