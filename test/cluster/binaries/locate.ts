import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../paths.ts';
import { type ArtifactName, binaries, moduleFiles } from './catalogue.ts';

/** What `KUBEBUILDER_ASSETS` always has, as controller-runtime's envtest defines it. */
const assets: readonly string[] = ['etcd', 'kube-apiserver', 'kubectl'];
const optionalAssets: readonly string[] = ['kube-controller-manager', 'kube-scheduler'];

/** Where an artifact of that version has its place in the cache, whether it is there or not. */
export function cachePath(
  artifact: { readonly name: string; readonly version: string },
  env = process.env,
): string {
  return join(cacheFolder(env), 'bin', `${artifact.name}-${artifact.version}`, artifact.name);
}

/**
 * The path that `KUBEBUILDER_ASSETS` prescribes for a program, or nothing if it has no say in it.
 *
 * @throws if the variable is set and one of the programs it always has is missing
 */
export function assetPath(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = env['KUBEBUILDER_ASSETS'];
  if (!folder || ![...assets, ...optionalAssets].includes(name)) {
    return undefined;
  }

  const path = join(folder, name);
  if (existsSync(path)) {
    return path;
  }
  if (assets.includes(name)) {
    throw new Error(
      `KUBEBUILDER_ASSETS is ${folder}, but there is no ${name} in it. Correct it or unset it.`,
    );
  }
  return undefined;
}

/**
 * The path of an installed artifact.
 *
 * @throws if it is not installed; the message says how to install it
 */
export function locate(name: ArtifactName, env: NodeJS.ProcessEnv = process.env): string {
  const path = artifactPath(name, env);
  if (!existsSync(path)) {
    const { version } = findArtifact(name);
    throw new Error(`${name} ${version} is not installed (no ${path}). Run "make binaries" once.`);
  }
  return path;
}

/** The path that an artifact has, or would have if it were installed. */
export function artifactPath(name: ArtifactName, env: NodeJS.ProcessEnv = process.env): string {
  return assetPath(name, env) ?? cachePath(findArtifact(name), env);
}

function findArtifact(name: ArtifactName): { readonly name: string; readonly version: string } {
  const artifact = [...binaries, ...moduleFiles].find((candidate) => candidate.name === name);
  if (artifact === undefined) throw new Error(`"${name}" is not in the catalogue`);
  return artifact;
}
