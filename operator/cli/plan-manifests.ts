import { formatManifestError } from '../standalone/manifests/errors.ts';
import { loadManifests } from '../standalone/manifests/load.ts';
import type { ManifestSources } from '../standalone/manifests/load.ts';
import { planAll, refusalLines } from '../standalone/plan-all.ts';
import type { PlannedProxy } from '../standalone/plan-all.ts';

/**
 * Reads, admits and plans manifests; nothing is served. Null when that is not possible, after the errors were printed, one a line.
 *
 * @param uid what a cluster would give the resource, where that matters
 */
export async function planManifests(
  sources: ManifestSources,
  uid?: string,
): Promise<readonly PlannedProxy[] | null> {
  const loaded = await loadManifests(sources);
  const planned = loaded.ok ? planAll(loaded.manifests, new Map(), uid) : [];
  const errors = loaded.ok ? refusalLines(planned) : loaded.errors.map(formatManifestError);
  for (const error of errors) process.stderr.write(`error: ${error}\n`);
  return errors.length === 0 ? planned : null;
}
