import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { locate } from '../binaries/locate.ts';
import { namespaceInode, namespacePath } from '../network/namespace.ts';
import { type Launch, launchDetached } from '../process/daemon.ts';
import { netNamespaceInode } from '../process/namespaces.ts';
import { untilReady } from '../process/ready.ts';
import { type Output, run, type RunOptions } from '../process/run.ts';

/**
 * What a computer is to its programs: a network namespace, a PID namespace whose first process is `pause`, and a mount namespace
 * with /run, /var/lib and /var/log of its own, so that the programs of two nodes use their usual paths and do not meet. When the
 * first process is killed, the kernel kills every other one and drops every mount: nothing has to be remembered to clean up.
 */
export interface Machine {
  readonly name: string;
  /** The pid, on this host, of the first process. */
  readonly firstPid: number;
}

/** The folders that a machine does not share with this host. A path below one of them means something else inside. */
export const privateFolders = ['/run', '/var/lib', '/var/log'] as const;

const timeoutMs = 10_000;

// The arguments are: the machine's folder, the program that stays as first process.
const setUp = `
  mount --make-rshared /
  mount -t tmpfs -o mode=755 tmpfs /run
  mount --bind "$1/var/lib" /var/lib
  mount --bind "$1/var/log" /var/log
  exec "$2"
`;

/**
 * Starts a machine in a network namespace of the same name, which has to be there.
 *
 * @param folder holds what the machine writes to /var/lib and /var/log
 * @throws if it does not get that far
 */
export async function startMachine(name: string, folder: string): Promise<Machine> {
  mkdirSync(join(folder, 'var/lib'), { recursive: true });
  mkdirSync(join(folder, 'var/log'), { recursive: true });
  const unshare = '--mount --propagation private --pid --fork --kill-child --mount-proc'.split(' ');
  const firstProcess = ['sh', '-ec', setUp, 'sh', folder, locate('pause')];
  const daemon = await launchDetached({
    name: `the first process of ${name}`,
    command: 'nsenter',
    args: [`--net=${namespacePath(name)}`, 'unshare', ...unshare, ...firstProcess],
    log: join(folder, 'machine.log'),
  });

  await untilReady({
    what: `The machine ${name}`,
    check: async () => (findMachine(name) === undefined ? 'it is still being set up' : undefined),
    timeoutMs,
    daemons: [daemon],
  });
  return requireMachine(name);
}

/** The running machine of that name, or nothing. Found by looking at the processes of its network namespace. */
export function findMachine(name: string): Machine | undefined {
  const inode = namespaceInode(name);
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  const first = pids.find(
    (pid) => inode !== undefined && netNamespaceInode(pid) === inode && isFirstProcess(pid),
  );
  return first === undefined ? undefined : { name, firstPid: Number(first) };
}

/**
 * The running machine of that name.
 *
 * @throws if it does not run
 */
export function requireMachine(name: string): Machine {
  const machine = findMachine(name);
  if (machine === undefined) {
    throw new Error(`${name} does not run. Start the cluster with "make cluster".`);
  }
  return machine;
}

/** Whether it is number 1 of a PID namespace below ours, and done with setting up. */
function isFirstProcess(pid: string): boolean {
  try {
    const isFirst = /^NSpid:\t\d+\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return isFirst && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'pause\n';
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

/** Runs a command to its end inside a machine. */
export async function runIn(
  machine: Machine,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Output> {
  return run('nsenter', [...enter(machine), command, ...args], options);
}

/** A {@link Launch} that starts daemons inside a machine; they live on when this process ends. */
export function launchIn(machine: Machine): Launch {
  return async ({ cwd = '/', ...spec }) =>
    launchDetached({
      ...spec,
      command: 'nsenter',
      // This process's own working folder may not be there inside.
      args: [...enter(machine), 'env', `--chdir=${cwd}`, spec.command, ...spec.args],
    });
}

/** The arguments that make nsenter run the command that follows them inside a machine. */
export function enter({ firstPid }: Machine): string[] {
  return [`--target=${firstPid}`, '--net', '--mount', '--pid', '--'];
}
