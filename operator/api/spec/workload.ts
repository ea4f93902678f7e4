import {
  defaulted,
  integer,
  listOf,
  object,
  oneOf,
  optional,
  passedOn,
  quantityMap,
  required,
  string,
  stringMap,
} from '../schema/builder.ts';
import type { CelRule, Infer } from '../schema/builder.ts';
import { PATTERNS } from './patterns.ts';
import { objectName } from './scalars.ts';

/** The part of core/v1 Toleration that is passed on. */
export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

const resources = object({
  requests: optional(quantityMap(), 'What is set aside for each pod.'),
  limits: optional(
    quantityMap(),
    'What each pod may use at most; the number of worker processes follows limits.cpu.',
  ),
});

const autoscaling = object(
  {
    minReplicas: defaulted(integer(1, 100), 2, 'Least number of pods.'),
    maxReplicas: required(integer(1, 100), 'Greatest number of pods.'),
    targetCPUUtilization: defaulted(
      integer(1, 100),
      75,
      'Aimed at: mean CPU use of the pods, in percent of resources.requests.cpu.',
    ),
  },
  [
    {
      rule: 'self.minReplicas <= self.maxReplicas',
      message: 'maxReplicas: must not be less than minReplicas',
    },
  ],
);

/** Keys of labels and annotations, as Kubernetes takes them, and values of labels. */
const KEY = PATTERNS.metadataKey.pattern;
const LABEL_VALUE = '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$';

const rules: readonly CelRule[] = [
  {
    rule: "!has(self.autoscaling) || !has(self.resources) || (has(self.resources.requests) && 'cpu' in self.resources.requests)",
    message:
      'autoscaling: needs resources.requests.cpu, as it compares with that; add it, or leave out resources',
  },
  {
    rule: `!has(self.labels) || self.labels.all(k, k.matches('${KEY}') && self.labels[k].matches('${LABEL_VALUE}'))`,
    message: 'labels: a key or a value is not what Kubernetes takes for a label',
  },
  {
    rule: "!has(self.labels) || self.labels.all(k, !k.startsWith('teamworkproxy.io/') && !k.startsWith('app.kubernetes.io/'))",
    message:
      'labels: those beginning with app.kubernetes.io/ and teamworkproxy.io/ are set by the operator; use others',
  },
  {
    rule: `!has(self.annotations) || self.annotations.all(k, k.matches('${KEY}') && !k.startsWith('teamworkproxy.io/'))`,
    message:
      'annotations: a key is not what Kubernetes takes for one, or begins with teamworkproxy.io/, which is for the operator',
  },
];

const imagePullSecret = object({ name: required(objectName(), 'Name of the Secret.') });

export const workloadSchema = object(
  {
    replicas: defaulted(integer(0, 100), 2, 'Number of proxy pods, unless autoscaling decides.'),
    autoscaling: optional(
      autoscaling,
      'A HorizontalPodAutoscaler decides how many pods there are. It takes a pod away slowly, one in ten minutes after half an hour of calm, as that ends the connections which the pod still has when its grace period is over.',
    ),
    image: optional(
      string({ minLength: 1, maxLength: 512 }),
      'Image of the proxy. Default: the one the operator was installed with.',
    ),
    imagePullPolicy: optional(oneOf('Always', 'IfNotPresent', 'Never'), 'When the image is pulled.'),
    imagePullSecrets: defaulted(
      listOf(imagePullSecret, { maxItems: 8 }),
      [],
      'Secrets for pulling the image.',
    ),
    resources: optional(
      resources,
      'Resources of each pod. Default: requests of 100m CPU and 256Mi memory, no limits.',
    ),
    nodeSelector: optional(stringMap(16, 63), 'Labels that a node must have.'),
    tolerations: defaulted(
      listOf(passedOn<Toleration>(), { maxItems: 16 }),
      [],
      'Taints of nodes that are tolerated.',
    ),
    priorityClassName: optional(objectName(), 'Priority class of the pods.'),
    labels: optional(
      stringMap(16, 63),
      'Further labels of the Deployment and its pods. A change replaces the pods.',
    ),
    annotations: optional(
      stringMap(16, 1024),
      'Further annotations of the pods, for instance for collectors of metrics and logs. A change replaces the pods.',
    ),
  },
  rules,
);

/** How the proxy pods run. */
export type WorkloadSpec = Infer<typeof workloadSchema>;
