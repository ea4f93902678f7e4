import { layer4 } from './manifests.ts';
import type { RuleCase } from './types.ts';

/** Workloads that a CEL rule refuses. */
export const invalidWorkloads: readonly RuleCase[] = [
  {
    desc: 'fewer pods at most than at least',
    spec: layer4({}, {}, { workload: { autoscaling: { minReplicas: 3, maxReplicas: 2 } } }),
    refused: ['spec.workload.autoscaling', 'maxReplicas: must not be less than minReplicas'],
  },
  {
    desc: 'autoscaling without anything to compare with',
    spec: layer4(
      {},
      {},
      {
        workload: { autoscaling: { maxReplicas: 4 }, resources: { limits: { memory: '1Gi' } } },
      },
    ),
    refused: [
      'spec.workload',
      'autoscaling: needs resources.requests.cpu, as it compares with that; add it, or leave out resources',
    ],
  },
  {
    desc: 'a label that Kubernetes does not take',
    spec: layer4({}, {}, { workload: { labels: { team: 'model builders' } } }),
    refused: ['spec.workload', 'labels: a key or a value is not what Kubernetes takes for a label'],
  },
  {
    desc: 'a label of the operator',
    spec: layer4({}, {}, { workload: { labels: { 'app.kubernetes.io/name': 'x' } } }),
    refused: [
      'spec.workload',
      'labels: those beginning with app.kubernetes.io/ and teamworkproxy.io/ are set by the operator; use others',
    ],
  },
  {
    desc: 'an annotation of the operator',
    spec: layer4({}, {}, { workload: { annotations: { 'teamworkproxy.io/config-hash': 'x' } } }),
    refused: [
      'spec.workload',
      'annotations: a key is not what Kubernetes takes for one, or begins with teamworkproxy.io/, which is for the operator',
    ],
  },
];
