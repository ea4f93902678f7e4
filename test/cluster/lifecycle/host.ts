import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { requireFreeNetwork } from '../network/create.ts';
import { privateFolders } from '../nodes/machine.ts';
import { cacheFolder } from '../paths.ts';
import { print } from '../process/progress.ts';
import { run } from '../process/run.ts';

/** The programs that the cluster takes from the distribution, with the Debian package of each. */
const programs = {
  buildah: 'buildah',
  ip: 'iproute2',
  mount: 'mount',
  nft: 'nftables',
  nsenter: 'util-linux',
  runc: 'runc',
  setpriv: 'util-linux',
  strip: 'binutils',
  unshare: 'util-linux',
} as const satisfies Readonly<Record<string, string>>;

type Program = keyof typeof programs;

/** What is needed only to build the project's images, which the cluster can do without. */
const forImages: readonly Program[] = ['buildah', 'strip'];

/**
 * Checks that this host can carry the cluster.
 *
 * @throws with what is wrong and what to do
 */
export async function requireSuitableHost(): Promise<void> {
  requireRoot('The cluster');
  const missing = missingPrograms().filter((program) => !forImages.includes(program));
  if (missing.length > 0) {
    throw new Error(
      `Not installed: ${missing.join(', ')}. Run "node test/cluster/main.ts packages" (Debian, Ubuntu).`,
    );
  }

  const hidden = privateFolders.find((folder) => `${cacheFolder()}/`.startsWith(`${folder}/`));
  if (hidden !== undefined) {
    throw new Error(
      `The cache is ${cacheFolder()}, but each node has a ${hidden} of its own and would not see it. ` +
        'Set TEAMWORK_PROXY_CACHE to another folder.',
    );
  }
  await requireFreeNetwork();
}

/** Installs the Debian packages of the programs that are missing. */
export async function installPackages(): Promise<void> {
  const packages = [...new Set(missingPrograms().map((program) => programs[program]))];
  if (packages.length === 0) {
    print('Everything is installed already.');
    return;
  }

  requireRoot('Installing packages');
  print(`Installing ${packages.join(', ')} ...`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env });
  await run('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], { env });
}

/** @throws if this process does not run as root */
export function requireRoot(what: string): void {
  if (process.getuid?.() !== 0) {
    throw new Error(`${what} needs root. Without root there is "make control-plane", which has no nodes.`);
  }
}

function missingPrograms(): Program[] {
  return (Object.keys(programs) as Program[]).filter((program) => !isOnPath(program));
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
