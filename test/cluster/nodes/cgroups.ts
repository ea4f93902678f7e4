import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prefix } from '../network/addresses.ts';

/** The mount points of all cgroup hierarchies: one with cgroup v2, one per controller with v1. */
export function hierarchies(mounts = readFileSync('/proc/self/mounts', 'utf8')): string[] {
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .flatMap(([, path]) => path ?? []);
}

/**
 * Makes the cgroup below which a node's kubelet keeps its pods. Two kubelets that share one kill each other's pods.
 *
 * @throws if the kernel refuses, for example inside a container
 */
export function createCgroup(name: string): void {
  for (const hierarchy of hierarchies()) {
    delegateControllers(hierarchy);
    const group = join(hierarchy, name);
    mkdirSync(group, { recursive: true });
    inheritCpuset(hierarchy, group);
  }
}

/** In cgroup v2 a group has only the controllers that its parent passes on. */
function delegateControllers(hierarchy: string): void {
  const available = join(hierarchy, 'cgroup.controllers');
  if (!existsSync(available)) {
    return;
  }
  for (const controller of readFileSync(available, 'utf8').split(/\s+/).filter(Boolean)) {
    writeFileSync(join(hierarchy, 'cgroup.subtree_control'), `+${controller}`);
  }
}

/** In cgroup v1 a new cpuset is empty, and no process can enter it before that has changed. */
function inheritCpuset(hierarchy: string, group: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const target = join(group, file);
    if (
      existsSync(target) &&
      readFileSync(target, 'utf8').trim() === '' &&
      existsSync(join(hierarchy, file))
    ) {
      writeFileSync(target, readFileSync(join(hierarchy, file)));
    }
  }
}

/** The topmost cgroups of the cluster in every hierarchy. */
export function listCgroups(): string[] {
  return hierarchies().flatMap((hierarchy) =>
    readdirSync(hierarchy)
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(hierarchy, name)),
  );
}

/**
 * Removes a cgroup and all below it.
 *
 * @throws if a process still is in one
 */
export function removeCgroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      removeCgroup(join(path, entry.name));
    }
  }
  rmdirSync(path);
}
