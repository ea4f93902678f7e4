/** The command line of the test cluster; `README.md` beside it describes every verb. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Group, groups } from './binaries/catalogue.ts';
import { install } from './binaries/install.ts';
import { describeInventory, takeInventory } from './cleanup/inventory.ts';
import { removeCluster } from './cleanup/remove.ts';
import { findBackground, startBackground, stopBackground } from './control-plane/background.ts';
import { existingControlPlane, usesExistingCluster } from './control-plane/existing.ts';
import { loadImage } from './images/load.ts';
import { clusterKubeconfig, findProblems } from './lifecycle/health.ts';
import { installPackages, requireRoot } from './lifecycle/host.ts';
import { bringUp, loadBuiltImages } from './lifecycle/up.ts';
import { namespacePath } from './network/namespace.ts';
import { enter, findMachine } from './nodes/machine.ts';
import { cacheFolder } from './paths.ts';
import { withLock } from './process/lock.ts';
import { print, step } from './process/progress.ts';

const usage = `Usage: main.ts <verb>

  binaries [group...]               build what is missing; groups: ${groups.join(', ')}; all if none is named
  control-plane up|down|status      etcd, API server and controllers on loopback, without root

  packages                          install the Debian packages that the verbs below need
  up                                two nodes with MetalLB, in network namespaces of this host; needs root, like all below
  status                            whether that cluster is up, and what it lacks
  load [archive...]                 load images into its nodes; those of proxy and operator if none is named
  exec <machine> <command...>       run a command in a node or host, for example "exec twp-node-1 ip address"
  down                              remove every trace of the cluster, whatever state it is in
`;

/** A request that this command line cannot understand, as opposed to one that fails. */
class UsageError extends Error {}

type Verb = (args: readonly string[]) => Promise<void>;

const controlPlaneVerbs: Readonly<Record<string, Verb>> = {
  async up() {
    if (usesExistingCluster()) {
      return sayWhichCluster();
    }
    const running = findBackground();
    if (running !== undefined) {
      print('The control plane is up already.');
      return printKubeconfig(running.kubeconfig);
    }
    await install(['control-plane']);
    const started = await step('Control plane', startBackground);
    return printKubeconfig(started.kubeconfig);
  },

  async status() {
    const running = findBackground();
    if (running === undefined) {
      print('The control plane is not running.');
      process.exitCode = 1;
      return;
    }
    print(`The control plane runs, supervised by process ${running.supervisor.pid}.`);
    printKubeconfig(running.kubeconfig);
  },

  async down() {
    const wasRunning = await stopBackground();
    print(wasRunning ? 'The control plane is down.' : 'No control plane was running.');
  },
};

const verbs: Readonly<Record<string, Verb>> = {
  async binaries(names) {
    await install(names.length === 0 ? groups : names.map(toGroup));
    print(`The binaries are in ${cacheFolder()}/bin.`);
  },

  async 'control-plane'([action = '', ...rest]) {
    await pick(controlPlaneVerbs, action, 'control-plane')(rest);
  },

  packages: installPackages,

  async up() {
    if (usesExistingCluster()) {
      return sayWhichCluster();
    }
    await alone(bringUp);
    return printKubeconfig(clusterKubeconfig());
  },

  async status() {
    const found = describeInventory(takeInventory());
    if (found.length === 0) {
      print('There is no cluster.');
      process.exitCode = 1;
      return;
    }
    found.forEach(print);
    const problems = await findProblems();
    if (problems.length > 0) {
      print(`The cluster is not in order: ${problems.join(' ')}`);
      process.exitCode = 1;
      return;
    }
    print('The cluster is up.');
    printKubeconfig(clusterKubeconfig());
  },

  async load(archives) {
    requireRoot('Loading images');
    if (archives.length === 0) {
      return alone(loadBuiltImages);
    }
    return alone(async () => {
      for (const archive of archives) {
        await step(`Loading ${archive}`, () => loadImage(archive));
      }
    });
  },

  async exec([name, ...command]) {
    if (name === undefined || command.length === 0) {
      throw new UsageError('exec needs a machine and a command.');
    }
    requireRoot('Entering a machine');
    const machine = findMachine(name);
    const into = machine === undefined ? [`--net=${namespacePath(name)}`, '--'] : enter(machine);
    const child = spawn('nsenter', [...into, ...command], { stdio: 'inherit' });
    const [code] = (await once(child, 'close')) as [number | null];
    process.exitCode = code ?? 1;
  },

  async down() {
    requireRoot('Removing the cluster');
    await alone(async () => {
      const removed = await removeCluster();
      print(removed.length === 0 ? 'There was nothing to remove.' : `Removed:\n  ${removed.join('\n  ')}`);
    });
  },
};

/** One command at a time changes the cluster. */
async function alone(work: () => Promise<void>): Promise<void> {
  const onWait = () => print('Another command is changing the cluster; waiting for it ...');
  await withLock('cluster', onWait, work);
}

async function sayWhichCluster(): Promise<void> {
  const { kubeconfig } = await existingControlPlane();
  print('USE_EXISTING_CLUSTER is true, so nothing is started and this cluster is used:');
  printKubeconfig(kubeconfig);
}

function printKubeconfig(path: string): void {
  process.stdout.write(`export KUBECONFIG=${path}\n`);
}

function toGroup(name: string): Group {
  const group = groups.find((candidate) => candidate === name);
  if (group === undefined) {
    throw new UsageError(`There is no group "${name}".`);
  }
  return group;
}

function pick(table: Readonly<Record<string, Verb>>, name: string, of: string): Verb {
  const verb = Object.hasOwn(table, name) ? table[name] : undefined;
  if (verb === undefined) {
    throw new UsageError(name === '' ? `${of} needs a verb.` : `${of} has no verb "${name}".`);
  }
  return verb;
}

const [name = '', ...args] = process.argv.slice(2);
try {
  await pick(verbs, name, 'main.ts')(args);
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) {
    print(`\n${usage}`);
  }
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
