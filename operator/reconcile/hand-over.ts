import type { KubeClient } from '../kube/client/kube-client.ts';
import { appliedBy } from '../kube/managed-fields.ts';
import { DEPLOYMENTS } from '../kube/resources.ts';
import type { Deployment, KubernetesObject } from '../kube/types.ts';

/** Manager of the number of pods until an autoscaler has changed it for the first time. */
const HAND_OVER_MANAGER = 'teamwork-proxy-operator-hand-over';

/**
 * Keeps the number of pods when it is not ours to say any more. An apply that leaves out a field which only its manager has removes the field, and the number would
 * fall to its default, 1, until the autoscaler looks; so another manager takes the field first, from which the autoscaler takes it
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/, transferring ownership).
 *
 * @param live the Deployment as it is before it is applied
 */
export async function handOverReplicas(
  desired: KubernetesObject,
  live: KubernetesObject | undefined,
  { client, fieldManager }: { readonly client: KubeClient; readonly fieldManager: string },
): Promise<void> {
  if (!isDeployment(desired) || desired.spec?.replicas !== undefined) return;
  if (live === undefined || !isDeployment(live) || !ownsReplicas(live, fieldManager)) return;
  const replicas = live.spec?.replicas;
  const { namespace, name, uid } = live.metadata ?? {};
  // With the uid nothing is made anew if the Deployment is gone.
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, uid },
    spec: { replicas },
  };
  await client.apply(DEPLOYMENTS, object as Deployment, { fieldManager: HAND_OVER_MANAGER });
}

function isDeployment(object: KubernetesObject): object is Deployment {
  return object.kind === 'Deployment';
}

function ownsReplicas(object: KubernetesObject, fieldManager: string): boolean {
  const fields = appliedBy(object, fieldManager)?.fieldsV1 as
    | { readonly 'f:spec'?: Readonly<Record<string, unknown>> }
    | undefined;
  return fields?.['f:spec']?.['f:replicas'] !== undefined;
}
