import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../cluster/process/run.ts';

/** One image to be built. */
export interface ImageBuild {
  /** Full name with its tag. */
  readonly reference: string;
  readonly dockerfile: string;
  /** Folder that the Dockerfile copies from. */
  readonly context: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Path of the OCI archive that is written. */
  readonly archive: string;
}

/**
 * Builds an image and writes it as an OCI archive. All times in it are the epoch, so that the same files give the same digest.
 *
 * @returns the digest of its manifest, `sha256:...`
 * @throws if buildah is missing or fails
 */
export async function buildImage(build: ImageBuild): Promise<string> {
  // A storage of its own: nothing is left behind in the user's, and no cache of an earlier build is used.
  const storage = mkdtempSync(join(build.context, '..', 'storage-'));
  const own = [`--root=${storage}/root`, `--runroot=${storage}/run`, '--storage-driver=vfs'];
  const buildah = (verb: string, ...args: string[]) => run('buildah', [...own, verb, '--quiet', ...args]);
  const labels = Object.entries(build.labels).map(([key, value]) => `--label=${key}=${value}`);
  const digestFile = join(storage, 'digest');
  try {
    const reproducible = ['--layers', '--timestamp=0', '--identity-label=false'];
    const names = [`--tag=${build.reference}`, `--file=${build.dockerfile}`];
    await buildah('build', '--format=oci', ...reproducible, ...labels, ...names, build.context);
    rmSync(build.archive, { force: true });
    const target = `oci-archive:${build.archive}:${build.reference}`;
    await buildah('push', `--digestfile=${digestFile}`, build.reference, target);
    return readFileSync(digestFile, 'utf8').trim();
  } finally {
    rmSync(storage, { recursive: true, force: true });
  }
}
