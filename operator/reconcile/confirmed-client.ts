import type { TeamworkProxy } from '../api/resource.ts';
import { ApiError } from '../kube/client/errors.ts';
import type { KubeClient } from '../kube/client/kube-client.ts';
import { keyOf } from '../kube/objects.ts';
import { TEAMWORK_PROXIES } from './kinds.ts';

/**
 * The same client, which before its first write makes sure that the resource is still as a cache has it. Caches lag: without this, a pass for a resource that was deleted
 * would make its objects once more, only for the garbage collector to remove them again, and one for an older specification would take back what is served already.
 *
 * @param seen the resource that is written for
 */
export function confirmedClient(client: KubeClient, seen: TeamworkProxy): KubeClient {
  let confirmation: Promise<void> | undefined;
  const confirmed = () => {
    confirmation ??= confirm(client, seen);
    return confirmation;
  };
  return {
    get: client.get.bind(client),
    list: client.list.bind(client),
    watch: client.watch.bind(client),
    async create(...request) {
      await confirmed();
      return client.create(...request);
    },
    async replace(...request) {
      await confirmed();
      return client.replace(...request);
    },
    async apply(...request) {
      await confirmed();
      return client.apply(...request);
    },
    async applyStatus(...request) {
      await confirmed();
      return client.applyStatus(...request);
    },
    async patch(...request) {
      await confirmed();
      return client.patch(...request);
    },
    async delete(...request) {
      await confirmed();
      return client.delete(...request);
    },
    withSignal: (signal, check) => confirmedClient(client.withSignal(signal, check), seen),
  };
}

/** @throws a conflict, after which a pass is tried again, with a newer view */
async function confirm(client: KubeClient, seen: TeamworkProxy): Promise<void> {
  const found = await client.get(TEAMWORK_PROXIES, keyOf(seen));
  const isSame =
    found?.metadata.uid === seen.metadata.uid &&
    found.metadata.deletionTimestamp === undefined &&
    found.metadata.generation === seen.metadata.generation;
  if (isSame) return;
  throw new ApiError({
    status: 409,
    reason: 'Conflict',
    message: `${seen.metadata.name} is not as it was seen any more`,
  });
}
