import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { bound, type Command } from '../process/bound.ts';
import { type Output, run, type RunOptions } from '../process/run.ts';
import { namespacePath } from './namespace.ts';

/**
 * Runs a command to its end in a network namespace, for example that of a host made by `addHost`, and otherwise on this host. Not
 * by `ip netns exec`, which mounts /sys anew and hides the cgroups.
 *
 * @throws {CommandError} if it does not end with exit code 0
 */
export async function execIn(namespace: string, command: Command, options: RunOptions = {}): Promise<Output> {
  return run('nsenter', [`--net=${namespacePath(namespace)}`, '--', ...command], options);
}

/**
 * Starts a command in a network namespace and gives the child, whose pid is the command's own. The kernel kills it when this
 * process dies.
 */
export function spawnIn(namespace: string, command: Command, options: SpawnOptions = {}): ChildProcess {
  const [program, ...args] = bound(['nsenter', `--net=${namespacePath(namespace)}`, '--', ...command]);
  return spawn(program, args, options);
}
