import { createHash } from 'node:crypto';
import { API_VERSION, KIND } from '../../api/resource.ts';
import type { TeamworkProxy } from '../../api/resource.ts';
import type { ObjectMeta } from '../../kube/types.ts';

/** Label of everything that belongs to a TeamworkProxy; its value is the name of that. */
export const PROXY_LABEL = 'teamworkproxy.io/proxy';

/** Label of what belongs to one frontend. */
export const FRONTEND_LABEL = 'teamworkproxy.io/frontend';

/**
 * Annotation of a proxy pod that holds the hash of the configuration it was last told about. Any change of a pod makes the kubelet bring
 * the mounted files up to date at once instead of within a minute or two, so this is how a change reaches the proxy.
 */
export const CONFIG_HASH_ANNOTATION = 'teamworkproxy.io/config-hash';

/** Longest name of a Service (RFC 1123 label). */
const MAX_NAME = 63;

/** Names of the objects that belong to a TeamworkProxy. */
export const objectNames = {
  workload: (proxy: string) => proxy,
  config: (proxy: string) => `${proxy}-config`,
  tls: (proxy: string) => `${proxy}-tls`,
  clientTrust: (proxy: string) => `${proxy}-client-trust`,
  serverSettings: (proxy: string) => `${proxy}-server-settings`,
  nodePolicy: (proxy: string) => `${proxy}-nodes`,
  service: (proxy: string, frontend: string) => shorten(`${proxy}-${frontend}`),
} as const;

/** Label that tells the pods of one proxy from those of another. */
export const INSTANCE_LABEL = 'app.kubernetes.io/instance';

const NAME_LABEL = 'app.kubernetes.io/name';
const NAME = 'teamwork-proxy';

/** Selects the pods of all proxies. */
export const POD_SELECTOR = `${NAME_LABEL}=${NAME}`;

/** Labels by which the pods of a proxy are selected. They must never change, as a Deployment's selector can't. */
export function selectorLabels(proxy: TeamworkProxy): Readonly<Record<string, string>> {
  return { [NAME_LABEL]: NAME, [INSTANCE_LABEL]: proxy.metadata.name };
}

/** Metadata of an object that belongs to a proxy. Nothing is taken over from the proxy's own labels and annotations: tools that track by them would claim our objects. */
export function ownedMetadata(
  proxy: TeamworkProxy,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): ObjectMeta {
  return {
    name,
    namespace: proxy.metadata.namespace,
    labels: {
      ...selectorLabels(proxy),
      'app.kubernetes.io/managed-by': 'teamwork-proxy-operator',
      [PROXY_LABEL]: proxy.metadata.name,
      ...labels,
    },
    ownerReferences: [
      {
        apiVersion: API_VERSION,
        kind: KIND,
        name: proxy.metadata.name,
        uid: proxy.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

/** The name itself, or where it is too long its beginning and a digest of the whole. */
function shorten(name: string): string {
  if (name.length <= MAX_NAME) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, MAX_NAME - digest.length - 1)}-${digest}`;
}
