import { certificate, layer4 } from './manifests.ts';
import type { RuleCase } from './types.ts';

/** Workloads, and certificates that the operator is to make, that a CEL rule refuses. */
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
  {
    desc: 'a keystore that is to be generated',
    spec: layer4({}, {}, { certificates: [{ ...certificate('public'), keystore: {}, generate: {} }] }),
    refused: [
      'spec.certificates[0]',
      'generate: makes a Secret of type kubernetes.io/tls; remove keystore, or generate',
    ],
  },
  {
    desc: 'a generated certificate that ends at once',
    spec: layer4({}, {}, { certificates: [{ ...certificate('public'), generate: { lifetime: '59m' } }] }),
    refused: ['spec.certificates[0]', 'generate.lifetime: must be at least 1h'],
  },
];
