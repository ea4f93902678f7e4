import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { locate } from '../binaries/locate.ts';
import { nodes } from '../network/addresses.ts';
import { type Machine, requireMachine, runIn } from '../nodes/machine.ts';
import { projectFolder } from '../paths.ts';

/** The project's own images, where `test/images` puts them. */
const projectImages = ['proxy', 'operator'].map((name) => join(projectFolder, 'build/images', `${name}.tar`));

/** Those of the project's own images that have been built, as paths of archives. */
export function builtImages(): string[] {
  return projectImages.filter((path) => existsSync(path));
}

/**
 * Loads an image archive (OCI or Docker) into every node.
 *
 * @throws if the archive is not there or is none, or the cluster does not run
 */
export async function loadImage(archive: string): Promise<void> {
  await Promise.all(nodes.map((node) => importImage(requireMachine(node.name), archive)));
}

/** Loads an image archive into one node. */
export async function importImage(machine: Machine, archive: string): Promise<void> {
  if (!existsSync(archive)) {
    throw new Error(`There is no image archive ${archive}.`);
  }
  // By standard input: the path may mean something else inside the machine.
  await runIn(machine, locate('ctr'), ['--namespace=k8s.io', 'images', 'import', '-'], {
    inputFile: archive,
  });
}
