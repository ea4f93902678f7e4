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
import type { Infer } from '../schema/builder.ts';
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

const imagePullSecret = object({ name: required(objectName(), 'Name of the Secret.') });

export const workloadSchema = object({
  replicas: defaulted(integer(0, 100), 2, 'Number of proxy pods.'),
  image: optional(
    string({ minLength: 1, maxLength: 512 }),
    'Image of the proxy. Default: the one the operator was installed with.',
  ),
  imagePullPolicy: optional(oneOf('Always', 'IfNotPresent', 'Never'), 'When the image is pulled.'),
  imagePullSecrets: defaulted(listOf(imagePullSecret, { maxItems: 8 }), [], 'Secrets for pulling the image.'),
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
});

/** How the proxy pods run. */
export type WorkloadSpec = Infer<typeof workloadSchema>;
