import type { TeamworkProxy } from '../../api/resource.ts';
import type { WorkloadSpec } from '../../api/spec/workload.ts';
import type { Deployment, ObjectMeta } from '../../kube/types.ts';
import { objectNames, ownedMetadata, selectorLabels } from './metadata.ts';

/** Label that Kubernetes gives to pods, by which those of one revision of the Deployment are told from those of another. */
const REVISION_LABEL = 'pod-template-hash';

/** Port of the proxy's admin listener in a pod. */
export const ADMIN_PORT = 9901;

/** Folder that the configuration is mounted in. */
const CONFIG_FOLDER = '/etc/teamwork-proxy/config';

/** Folder that chains and keys are mounted in. */
const TLS_FOLDER = '/etc/teamwork-proxy/tls';

/** How long a pod that is being removed may serve its established connections, in seconds. */
const GRACE_SECONDS = 330;

/** How long before that ends the proxy closes what is left by itself, in seconds. */
const DRAIN_SECONDS = 300;

type Probe = NonNullable<PodSpec['containers'][number]['readinessProbe']>;

/**
 * The probes bear with a machine that stands still for 20 seconds, as virtual ones do. A pod that is thought unready for a moment, or is
 * restarted, loses what it cannot get back: with `externalTrafficPolicy: Local` its address moves to another node, which knows none of its
 * connections. So it takes half a minute of silence until new clients are sent elsewhere, and more than a minute until it is restarted.
 */
const PROBES: Readonly<Record<'startupProbe' | 'readinessProbe' | 'livenessProbe', Probe>> = {
  startupProbe: { ...probe('/healthz'), periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 120 },
  // Not /readyz: a pod that drains has to count as serving, or else nothing takes the clients that its node is still sent.
  readinessProbe: { ...probe('/servingz'), periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 6 },
  livenessProbe: { ...probe('/healthz'), periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 6 },
};

function probe(path: string): Probe {
  return { httpGet: { path, port: 'admin' } };
}

const DEFAULT_RESOURCES = { requests: { cpu: '100m', memory: '256Mi' } } as const;

const CONFIG_KEY = 'config.json';

/** Where things are in a proxy pod. */
export const podPaths = {
  configKey: CONFIG_KEY,
  chainFile: (certificate: string) => `${TLS_FOLDER}/${certificate}.crt`,
  keyFile: (certificate: string) => `${TLS_FOLDER}/${certificate}.key`,
  authorityFile: (file: string) => `${TLS_FOLDER}/${file}`,
} as const;

/**
 * The proxy's Deployment. Its pod template says nothing of flows, certificates or backends: those reach the running pods through the
 * mounted files, and a change of them must not replace a pod, as that would end the connections it carries.
 */
export function renderDeployment(proxy: TeamworkProxy, defaultImage: string): Deployment {
  const { workload } = proxy.spec;
  const labels = selectorLabels(proxy);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: ownedMetadata(proxy, objectNames.workload(proxy.metadata.name), workload.labels),
    spec: {
      // With autoscaling it is not ours to say.
      ...(workload.autoscaling === undefined ? { replicas: workload.replicas } : {}),
      revisionHistoryLimit: 3,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: podMetadata(workload, labels), spec: podSpec(proxy, workload, defaultImage) },
    },
  };
}

function podMetadata(
  { labels, annotations }: WorkloadSpec,
  ours: Readonly<Record<string, string>>,
): ObjectMeta {
  return {
    labels: { ...labels, ...ours },
    ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
  };
}

type PodSpec = NonNullable<NonNullable<Deployment['spec']>['template']['spec']>;

function podSpec(proxy: TeamworkProxy, workload: WorkloadSpec, defaultImage: string): PodSpec {
  const name = proxy.metadata.name;
  return {
    serviceAccountName: objectNames.workload(name),
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      fsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...spread(selectorLabels(proxy)),
    containers: [container(workload, defaultImage)],
    volumes: [
      { name: 'config', configMap: { name: objectNames.config(name) } },
      { name: 'tls', secret: { secretName: objectNames.tls(name), defaultMode: 0o440 } },
    ],
    ...placement(workload),
  };
}

/**
 * One pod a node, and each new one where an old one is that it replaces. With `externalTrafficPolicy: Local` an address is announced by a
 * node that has a pod; as long as that node keeps one, the address stays, and with it every connection. So pods are spread among those of
 * their own revision only (or both new ones could come to one node, and the other would be left without), and drawn to those of others.
 */
function spread(matchLabels: Readonly<Record<string, string>>): Partial<PodSpec> {
  const topologyKey = 'kubernetes.io/hostname';
  const labelSelector = { matchLabels: { ...matchLabels } };
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector,
        matchLabelKeys: [REVISION_LABEL],
      },
    ],
    affinity: {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: { topologyKey, labelSelector, mismatchLabelKeys: [REVISION_LABEL] },
          },
        ],
      },
    },
  };
}

type ResourceRequirements = NonNullable<PodSpec['containers'][number]['resources']>;

function placement(workload: WorkloadSpec): Partial<PodSpec> {
  return {
    ...(workload.nodeSelector === undefined ? {} : { nodeSelector: { ...workload.nodeSelector } }),
    ...(workload.tolerations.length === 0 ? {} : { tolerations: [...workload.tolerations] }),
    ...(workload.priorityClassName === undefined ? {} : { priorityClassName: workload.priorityClassName }),
    ...(workload.imagePullSecrets.length === 0 ? {} : { imagePullSecrets: [...workload.imagePullSecrets] }),
  };
}

function container(workload: WorkloadSpec, defaultImage: string): PodSpec['containers'][number] {
  return {
    name: 'proxy',
    image: workload.image ?? defaultImage,
    ...(workload.imagePullPolicy === undefined ? {} : { imagePullPolicy: workload.imagePullPolicy }),
    args: [
      `--config=${CONFIG_FOLDER}/${CONFIG_KEY}`,
      `--admin=[::]:${ADMIN_PORT}`,
      '--drain-until-unused',
      `--drain-timeout=${DRAIN_SECONDS}s`,
    ],
    ports: [{ name: 'admin', containerPort: ADMIN_PORT, protocol: 'TCP' }],
    resources: workload.resources === undefined ? DEFAULT_RESOURCES : resources(workload.resources),
    ...PROBES,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'config', mountPath: CONFIG_FOLDER, readOnly: true },
      { name: 'tls', mountPath: TLS_FOLDER, readOnly: true },
    ],
  };
}

function resources({ requests, limits }: NonNullable<WorkloadSpec['resources']>): ResourceRequirements {
  return {
    ...(requests === undefined ? {} : { requests: asStrings(requests) }),
    ...(limits === undefined ? {} : { limits: asStrings(limits) }),
  };
}

/** Quantities may be given as numbers; the API server keeps them as strings, and so what we render must be strings to be comparable. */
function asStrings(quantities: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(quantities).map(([name, quantity]) => [name, String(quantity)]));
}
