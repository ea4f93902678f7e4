import { untilReady } from '../../cluster/process/ready.ts';
import { eventually } from '../../support/eventually.ts';
import { kube, kubeJson } from '../support/kube.ts';
import type { KubeObject } from '../support/kube.ts';
import { argocdNamespace } from './install.ts';

/** What Argo CD says of an Application. */
export interface Application extends KubeObject {
  readonly status?: {
    readonly sync?: { readonly status: 'Synced' | 'OutOfSync' | 'Unknown'; readonly revision?: string };
    readonly health?: { readonly status: Health };
    readonly reconciledAt?: string;
    readonly resources?: readonly ManagedResource[];
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly operationState?: {
      readonly phase: string;
      readonly message?: string;
      readonly startedAt: string;
      readonly syncResult?: { readonly revision: string };
    };
  };
}

export type Health = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';

/** An object of the repository, as Argo CD finds it in the cluster. */
export interface ManagedResource {
  readonly kind: string;
  readonly name: string;
  readonly status?: string;
  readonly health?: { readonly status: Health; readonly message?: string };
  readonly requiresPruning?: boolean;
}

export interface ApplicationOptions {
  readonly name: string;
  readonly repository: string;
  /** Folder of the repository. */
  readonly path: string;
  /** Kubernetes namespace that its objects belong to. */
  readonly namespace: string;
  readonly syncOptions?: readonly string[];
  /** Values of the chart, where the folder is one. */
  readonly helm?: { readonly releaseName: string; readonly valuesObject: object };
}

const timeoutMs = 60_000;

/** What is refused is tried again with the latest commit, and not with the refused one until the attempts are used up. */
const retry = { limit: 5, refresh: true, backoff: { duration: '3s', factor: 1 } };

/** An Application that puts right what somebody changes in the cluster, removes what the repository does not have any more, and goes with all of it. */
export function applicationFrom({
  name,
  repository,
  path,
  namespace,
  syncOptions = [],
  helm,
}: ApplicationOptions): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: argocdNamespace, finalizers: ['resources-finalizer.argocd.argoproj.io'] },
    spec: {
      project: 'default',
      source: { repoURL: repository, path, targetRevision: 'main', ...(helm === undefined ? {} : { helm }) },
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions, retry },
    },
  };
}

export async function readApplication(name: string): Promise<Application> {
  return kubeJson<Application>('get', 'application.argoproj.io', name, `--namespace=${argocdNamespace}`);
}

/** Has Argo CD look at the repository and at the cluster now, and gives what it finds. */
export async function refresh(name: string, kind: 'normal' | 'hard' = 'normal'): Promise<Application> {
  const annotation = 'argocd.argoproj.io/refresh';
  await kube(
    'annotate',
    'application.argoproj.io',
    name,
    `${annotation}=${kind}`,
    '--overwrite',
    `--namespace=${argocdNamespace}`,
  );
  return untilApplication(
    name,
    'refreshed',
    ({ metadata }) => metadata.annotations?.[annotation] === undefined,
  );
}

/** What Argo CD says of the TeamworkProxy of an Application. */
export function proxyHealth({ status }: Application): ManagedResource['health'] {
  return status?.resources?.find(({ kind }) => kind === 'TeamworkProxy')?.health;
}

/**
 * Waits until Argo CD shows a TeamworkProxy as that healthy, with these words. It looks again by itself when the health has changed, but
 * not when only the message has.
 */
export async function untilProxyHealth(
  name: string,
  health: Health,
  words: readonly string[],
): Promise<ManagedResource['health']> {
  return eventually(`${name}, ${health}: ${words.join(', ')}`, async () => {
    const found = proxyHealth(await refresh(name));
    const isSo = found?.status === health && words.every((word) => found.message?.includes(word));
    return isSo ? found : undefined;
  });
}

/** Waits until Argo CD has brought a revision of the repository into the cluster. */
export async function untilSynced(name: string, revision: string): Promise<Application> {
  await refresh(name);
  return untilApplication(
    name,
    `Synced to ${revision}`,
    ({ status }) =>
      status?.sync?.status === 'Synced' &&
      status.sync.revision === revision &&
      status.operationState?.phase === 'Succeeded' &&
      status.operationState.syncResult?.revision === revision,
  );
}

/** Waits until Argo CD shows an Application as that healthy. */
export async function untilHealth(name: string, health: Health): Promise<Application> {
  return untilApplication(name, health, ({ status }) => status?.health?.status === health);
}

/**
 * Waits until an Application is as wanted, and gives it as it is then.
 *
 * @throws with what Argo CD says of it
 */
export async function untilApplication(
  name: string,
  what: string,
  isSo: (application: Application) => boolean,
): Promise<Application> {
  let application = await readApplication(name);
  const check = async () => {
    application = await readApplication(name);
    return isSo(application) ? undefined : JSON.stringify(application.status ?? 'not looked at yet', null, 1);
  };
  await untilReady({ what: `Application ${name} (${what})`, check, timeoutMs });
  return application;
}

/** Deletes an Application with what it has made, and waits until it is gone. */
export async function deleteApplication(name: string): Promise<void> {
  await kube(
    'delete',
    'application.argoproj.io',
    name,
    `--namespace=${argocdNamespace}`,
    '--ignore-not-found',
    '--timeout=120s',
  );
}
