import type { TeamworkProxy } from '../../api/resource.ts';
import type { HorizontalPodAutoscaler } from '../../kube/types.ts';
import { objectNames, ownedMetadata } from './metadata.ts';

/** How long it must have been calm before a pod is taken away, in seconds: modelling sessions are long, and pauses in them short. */
const CALM_SECONDS = 1800;

/** One pod may be taken away in this time, in seconds: longer than a pod may take to end. */
const BETWEEN_SECONDS = 600;

/** The autoscaler of the proxy's Deployment; null where a fixed number of pods is wanted. */
export function renderAutoscaler(proxy: TeamworkProxy): HorizontalPodAutoscaler | null {
  const { autoscaling } = proxy.spec.workload;
  if (autoscaling === undefined) return null;
  const name = objectNames.workload(proxy.metadata.name);
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: ownedMetadata(proxy, name),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: autoscaling.minReplicas,
      maxReplicas: autoscaling.maxReplicas,
      metrics: [
        {
          type: 'Resource',
          resource: {
            name: 'cpu',
            target: { type: 'Utilization', averageUtilization: autoscaling.targetCPUUtilization },
          },
        },
      ],
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: CALM_SECONDS,
          policies: [{ type: 'Pods', value: 1, periodSeconds: BETWEEN_SECONDS }],
        },
      },
    },
  };
}
