/** The command line of the test cluster; `README.md` beside it describes every verb. */
import { type Group, groups } from './binaries/catalogue.ts';
import { install } from './binaries/install.ts';
import { findBackground, startBackground, stopBackground } from './control-plane/background.ts';
import { existingControlPlane } from './control-plane/existing.ts';
import { print, step } from './process/progress.ts';

const usage = `Usage: main.ts <verb>

  binaries [group...]               build what is missing; groups: ${groups.join(', ')}; all if none is named
  control-plane up|down|status      etcd, API server and controllers on loopback, without root
`;

/** A request that this command line cannot understand, as opposed to one that fails. */
class UsageError extends Error {}

type Verb = (args: readonly string[]) => Promise<void>;

const verbs: Readonly<Record<string, Verb>> = {
  binaries: async (args) => install(args.length === 0 ? groups : args.map(toGroup)),
  'control-plane': async ([action = '']) => pick(controlPlane, action, 'control-plane')([]),
};

const controlPlane: Readonly<Record<string, Verb>> = {
  async up() {
    if (process.env['USE_EXISTING_CLUSTER'] === 'true') {
      const { kubeconfig } = await existingControlPlane();
      print(`Starting nothing: USE_EXISTING_CLUSTER is true, so the tests use the cluster of ${kubeconfig}.`);
      return;
    }
    const running = findBackground();
    if (running !== undefined) {
      print('The control plane is up already.');
    }
    await install(['control-plane']);
    const { kubeconfig } = running ?? (await step('Starting the control plane', startBackground));
    process.stdout.write(`export KUBECONFIG=${kubeconfig}\n`);
  },
  async down() {
    const wasRunning = await stopBackground();
    print(wasRunning ? 'The control plane is down.' : 'No control plane was running.');
  },
  async status() {
    const running = findBackground();
    if (running === undefined) {
      print('The control plane is not running.');
      process.exitCode = 1;
      return;
    }
    process.stdout.write(`The control plane runs, supervised by process ${running.supervisor.pid}.\n`);
    process.stdout.write(`export KUBECONFIG=${running.kubeconfig}\n`);
  },
};

function toGroup(name: string): Group {
  const group = groups.find((candidate) => candidate === name);
  if (group === undefined) {
    throw new UsageError(`There is no group "${name}".`);
  }
  return group;
}

function pick(table: Readonly<Record<string, Verb>>, name: string, of = 'main.ts'): Verb {
  const verb = Object.hasOwn(table, name) ? table[name] : undefined;
  if (verb === undefined) {
    throw new UsageError(name === '' ? `${of} needs a verb.` : `${of} has no verb "${name}".`);
  }
  return verb;
}

const [name = '', ...args] = process.argv.slice(2);
try {
  await pick(verbs, name)(args);
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) {
    print(`\n${usage}`);
  }
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
