import { untilReady } from '../../cluster/process/ready.ts';
import { untilAnnounced } from './announcement.ts';
import { kube, kubeJson } from './kube.ts';
import type { KubeList, KubeObject } from './kube.ts';
import { diagnose } from './operator.ts';

const timeoutMs = 60_000;

/** The part of a TeamworkProxy's status that the tests look at. */
export interface ProxyStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly frontends?: readonly {
    readonly name: string;
    readonly requestedAddress?: string;
    readonly address?: string;
    readonly url?: string;
  }[];
  readonly certificates?: readonly {
    readonly name: string;
    readonly fingerprint?: string;
    readonly state: string;
  }[];
  readonly backends?: readonly {
    readonly name: string;
    readonly servers: number;
    readonly up: number;
    readonly message?: string;
  }[];
  readonly dataPlane?: { readonly configHash?: string; readonly desired: number; readonly serving: number };
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

export interface Proxy extends KubeObject {
  readonly status?: ProxyStatus;
}

/** What must not change while a proxy takes new configurations and certificates. */
export interface PodIdentity {
  readonly name: string;
  readonly uid: string;
  readonly restarts: number;
}

/** A TeamworkProxy as the cluster has it. */
export async function readProxy(namespace: string, name: string): Promise<Proxy> {
  return kubeJson<Proxy>('get', 'teamworkproxy', name, `--namespace=${namespace}`);
}

/** The named condition, if it is one of the resource's present generation. */
export function condition({ metadata, status }: Proxy, type: string): Condition | undefined {
  const found = status?.conditions?.find((candidate) => candidate.type === type);
  return found?.observedGeneration === metadata.generation ? found : undefined;
}

/** Waits as the README says, `kubectl wait --for=condition=Ready`, then for the network, and gives what the resource is then. */
export async function waitUntilReady(namespace: string, name: string): Promise<Proxy> {
  const wait = [
    'wait',
    '--for=condition=Ready',
    `teamworkproxy/${name}`,
    `--namespace=${namespace}`,
    '--timeout=90s',
  ];
  await kube(...wait).catch(async (cause: unknown) => {
    throw new Error(`teamworkproxy/${name} is not ready.\n${await diagnose(namespace)}`, { cause });
  });
  await untilAnnounced(namespace);
  return readProxy(namespace, name);
}

/** Waits until the resource's present generation is served by every pod, then for the network. */
export async function waitUntilServed(namespace: string, name: string): Promise<Proxy> {
  const proxy = await waitForProxy(namespace, name, (candidate) => {
    const ready = condition(candidate, 'Ready');
    return ready?.status === 'True'
      ? undefined
      : `Ready is ${ready?.status ?? 'of an older generation'}: ${ready?.message}`;
  });
  await untilAnnounced(namespace);
  return proxy;
}

/** Waits until a condition is false, and gives it. */
export async function waitUntilFalse(namespace: string, name: string, type: string): Promise<Condition> {
  const proxy = await waitForProxy(namespace, name, (candidate) =>
    condition(candidate, type)?.status === 'False' ? undefined : `${type} is not False yet`,
  );
  return condition(proxy, type) as Condition;
}

/**
 * Waits until `problem` finds nothing to object to any more, and gives the resource as it is then.
 *
 * @throws with the last objection and the state of the cluster
 */
export async function waitForProxy(
  namespace: string,
  name: string,
  problem: (proxy: Proxy) => string | undefined,
): Promise<Proxy> {
  let proxy = await readProxy(namespace, name);
  const check = async () => {
    proxy = await readProxy(namespace, name);
    return problem(proxy);
  };
  await untilReady({ what: `teamworkproxy/${name}`, check, timeoutMs }).catch(async (cause: unknown) => {
    throw new Error(`${String(cause)}\n${await diagnose(namespace)}`);
  });
  return proxy;
}

/** The address that was assigned to a flow. */
export function addressOf({ status }: Proxy, frontend: string): string {
  const address = status?.frontends?.find(({ name }) => name === frontend)?.address;
  if (address === undefined)
    throw new Error(`the flow ${frontend} has no address: ${JSON.stringify(status?.frontends)}`);
  return address;
}

/** The proxy's pods, which carry connections. */
export async function podsOf(namespace: string, name: string): Promise<readonly PodIdentity[]> {
  const { items } = await kubeJson<KubeList<Pod>>(
    'get',
    'pods',
    `--namespace=${namespace}`,
    `--selector=app.kubernetes.io/name=teamwork-proxy,app.kubernetes.io/instance=${name}`,
  );
  return items
    .map(({ metadata, status }) => ({
      name: metadata.name,
      uid: metadata.uid ?? '',
      restarts: (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** What all pods of a proxy have logged. */
export async function logsOf(namespace: string, name: string): Promise<string> {
  const selector = `--selector=app.kubernetes.io/instance=${name}`;
  return kube('logs', `--namespace=${namespace}`, selector, '--tail=-1');
}

interface Pod extends KubeObject {
  readonly status?: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
}
