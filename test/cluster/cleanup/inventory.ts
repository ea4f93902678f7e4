import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
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

/** What there is, a line per kind that there is something of: `3 processes: etcd, kubelet x 2`. */
export function describeInventory(inventory: Inventory): string[] {
  const kinds: readonly [string, readonly string[]][] = [
    ['processes', inventory.processes.map(({ name }) => name)],
    ['network namespaces', inventory.namespaces],
    ['network interfaces', inventory.links],
    ['mounts', inventory.mounts],
    // The same name in every hierarchy.
    ['cgroups', inventory.cgroups.map((path) => basename(path))],
    ['folders', inventory.folders],
  ];
  return kinds
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `${names.length} ${kind}: ${countEqual(names).join(', ')}`);
}

function countEqual(names: readonly string[]): string[] {
  const groups = Map.groupBy(names, (name) => name);
  return [...groups].map(([name, { length }]) => (length === 1 ? name : `${name} x ${length}`));
}
