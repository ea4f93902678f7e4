import { isNotFound } from '../kube/client/errors.ts';
import type { KubeClient } from '../kube/client/kube-client.ts';
import { keyOf } from '../kube/objects.ts';
import { PODS } from '../kube/resources.ts';
import type { Pod } from '../kube/types.ts';
import { CONFIG_HASH_ANNOTATION } from './render/metadata.ts';

/**
 * Sets the annotation by which the kubelet is made to bring a pod's mounted files up to date at once.
 *
 * @param pods as the watch has them
 */
export type TellPods = (configHash: string, pods: readonly Pod[], client: KubeClient) => Promise<void>;

/** Tells each pod once, also when a pass begins before the watch has brought back what the one before has written. */
export function createTellPods(): TellPods {
  /** What a pod was told. The watch brings it anew when it changes, with what it was told or without, if somebody has taken that away. */
  const told = new WeakMap<Pod, string>();
  return async (configHash, pods, client) => {
    const behind = pods.filter(
      (pod) =>
        pod.metadata?.annotations?.[CONFIG_HASH_ANNOTATION] !== configHash && told.get(pod) !== configHash,
    );
    const change = { metadata: { annotations: { [CONFIG_HASH_ANNOTATION]: configHash } } };
    await Promise.all(
      behind.map(async (pod) => {
        try {
          await client.patch(PODS, keyOf(pod), change);
          told.set(pod, configHash);
        } catch (error) {
          // A pod that is gone by now needs no telling, and the others, and the status, must not wait for the watch to say so.
          if (!isNotFound(error)) throw error;
        }
      }),
    );
  };
}
