import { kubectl, kubectlJson } from '../../cluster/kubectl.ts';
import { clusterKubeconfig } from '../../cluster/lifecycle/health.ts';
import { CommandError } from '../../cluster/process/run.ts';
import { testLabel } from './layout.ts';

/** A Kubernetes object, as far as the tests look into every one of them. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export interface KubeList<T> {
  readonly items: readonly T[];
}

/** Runs kubectl as the cluster's administrator and gives what it printed. */
export async function kube(...args: readonly string[]): Promise<string> {
  return kubectl(clusterKubeconfig(), args, { timeoutMs: 180_000 });
}

/** Runs kubectl with `-o json`. */
export async function kubeJson<T>(...args: readonly string[]): Promise<T> {
  return kubectlJson<T>(clusterKubeconfig(), args);
}

/** `kubectl apply`, as a user does it. */
export async function applyObjects(namespace: string, ...objects: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await kubectl(clusterKubeconfig(), ['apply', `--namespace=${namespace}`, '-f', '-'], { input });
}

/** What `kubectl apply` says of an object that is refused. */
export async function applyRefusal(namespace: string, object: object): Promise<string> {
  try {
    await applyObjects(namespace, object);
  } catch (error) {
    if (error instanceof CommandError) return error.output.stderr.trim();
    throw error;
  }
  throw new Error(`the API server took ${JSON.stringify(object)}`);
}

/** Makes a namespace that admits only pods of the restricted Pod Security Standard. */
export async function createNamespace(name: string): Promise<void> {
  const labels = { [testLabel]: 'true', 'pod-security.kubernetes.io/enforce': 'restricted' };
  await applyObjects(name, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
}

/**
 * Deletes a namespace with everything in it, and waits until it is gone. The TeamworkProxies and their pods go first: a namespace that has
 * pods in it is looked at again only after half of their grace period, and theirs is long.
 */
export async function deleteNamespace(name: string): Promise<void> {
  const namespace = `--namespace=${name}`;
  const crd = await kube('get', 'crd', 'teamworkproxies.teamworkproxy.io', '--ignore-not-found');
  if (crd !== '') await kube('delete', 'teamworkproxies', '--all', namespace);
  for (const kind of ['replicasets', 'pods']) {
    await kube('wait', '--for=delete', kind, '--all', namespace, '--timeout=120s');
  }
  await kube('delete', 'namespace', name, '--timeout=120s');
}
