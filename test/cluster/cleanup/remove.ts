import { rmSync } from 'node:fs';
import { deleteNamespace } from '../network/namespace.ts';
import { removeCgroup } from '../nodes/cgroups.ts';
import { untilReady } from '../process/ready.ts';
import { run } from '../process/run.ts';
import { describeInventory, isEmpty, takeInventory } from './inventory.ts';
import { endProcesses, findProcesses } from './processes.ts';

const timeoutMs = 20_000;

/**
 * Removes everything of the cluster from this host, whatever state it is in.
 *
 * @returns what there was, a line per kind; nothing if there was nothing
 * @throws if something cannot be removed, with what it is
 */
export async function removeCluster(): Promise<string[]> {
  const found = takeInventory();

  await endProcesses('the cluster', findProcesses);
  for (const namespace of found.namespaces) {
    await deleteNamespace(namespace);
  }
  for (const link of takeInventory().links) {
    await run('ip', ['link', 'delete', link]);
  }
  for (const mount of found.mounts) {
    await run('umount', ['--lazy', mount]);
  }
  for (const cgroup of found.cgroups) {
    await untilReady({
      what: `The removal of ${cgroup}`,
      check: async () => removeCgroup(cgroup) as undefined,
      timeoutMs,
    });
  }
  for (const folder of found.folders) {
    rmSync(folder, { recursive: true, force: true });
  }

  const left = takeInventory();
  if (!isEmpty(left)) {
    throw new Error(`Could not be removed:\n${describeInventory(left).join('\n')}`);
  }
  return describeInventory(found);
}
