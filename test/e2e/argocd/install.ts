import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { locate } from '../../cluster/binaries/locate.ts';
import { loadImage } from '../../cluster/images/load.ts';
import { apply, kubectl } from '../../cluster/kubectl.ts';
import { clusterKubeconfig } from '../../cluster/lifecycle/health.ts';
import { projectFolder } from '../../cluster/paths.ts';
import { step } from '../../cluster/process/progress.ts';
import { eventually } from '../../support/eventually.ts';
import { kube, kubeJson } from '../support/kube.ts';
import type { KubeList, KubeObject } from '../support/kube.ts';
import { buildArgocdImage } from './image.ts';
import { withoutRegistry } from './manifest.ts';

/** The namespace that Argo CD's manifest is written for. */
export const argocdNamespace = 'argocd';

/** Where the health check stands, in the layout in which Argo CD takes contributions. */
export const healthScript = join(
  projectFolder,
  'charts/teamwork-proxy-operator/argocd/resource_customizations/teamworkproxy.io/TeamworkProxy/health.lua',
);

const workloads = [
  'deployment/argocd-redis',
  'deployment/argocd-repo-server',
  'statefulset/argocd-application-controller',
];

/** Installs Argo CD's core: what compares repositories with the cluster, and nothing to look at it with. Resolves when it is ready. */
export async function installArgocd(): Promise<void> {
  const archive = await step('Image of Argo CD', buildArgocdImage);
  await step('Loading it', () => loadImage(archive));
  await step('Argo CD', async () => {
    await applyAll({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: argocdNamespace } });
    // Argo CD would make the password itself, but its other parts don't start before there is one, and look for it seldom.
    await applyAll({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'argocd-redis', namespace: argocdNamespace },
      stringData: { auth: randomBytes(16).toString('hex') },
    });
    const manifest = withoutRegistry(readFileSync(locate('argocd-core-install.yaml'), 'utf8'));
    const flags = ['--server-side', '--force-conflicts', `--namespace=${argocdNamespace}`];
    await kubectl(clusterKubeconfig(), ['apply', ...flags, '-f', '-'], { input: manifest });
    await addHealthCheck();
    await eventually('AppProjects', async () => applyAll(project).then(() => true));
    for (const workload of workloads) {
      await kube('rollout', 'status', workload, `--namespace=${argocdNamespace}`, '--timeout=120s');
    }
  });
}

/** Ends Argo CD, if it is there, and removes everything of it. What its Applications have made stays. */
export async function removeArgocd(): Promise<void> {
  const namespace = `--namespace=${argocdNamespace}`;
  if ((await kube('get', 'namespace', argocdNamespace, '--ignore-not-found')) === '') return;
  await kube('delete', 'statefulset', 'argocd-application-controller', namespace, '--ignore-not-found');
  await kube(
    'wait',
    '--for=delete',
    'pods',
    '--all',
    namespace,
    '--timeout=60s',
    '--selector=app.kubernetes.io/name=argocd-application-controller',
  );
  // Argo CD's own finalizer of what is left waits for Argo CD.
  for (const name of await applicationNames()) {
    const patch = JSON.stringify({ metadata: { finalizers: null } });
    await kube('patch', 'application.argoproj.io', name, namespace, '--type=merge', `--patch=${patch}`);
  }
  const manifest = withoutRegistry(readFileSync(locate('argocd-core-install.yaml'), 'utf8'));
  const flags = [namespace, '--ignore-not-found', '--wait=false'];
  await kubectl(clusterKubeconfig(), ['delete', ...flags, '-f', '-'], { input: manifest });
  await kube('delete', 'namespace', argocdNamespace, '--timeout=120s');
}

async function applicationNames(): Promise<readonly string[]> {
  const crd = await kube('get', 'crd', 'applications.argoproj.io', '--ignore-not-found');
  if (crd === '') return [];
  const { items } = await kubeJson<KubeList<KubeObject>>(
    'get',
    'applications.argoproj.io',
    `--namespace=${argocdNamespace}`,
  );
  return items.map(({ metadata }) => metadata.name);
}

/** Sets one key of Argo CD's settings, which it takes up at once. */
export async function setArgocd(key: string, value: string): Promise<void> {
  const patch = JSON.stringify({ data: { [key]: value } });
  const flags = [`--namespace=${argocdNamespace}`, '--type=merge', `--patch=${patch}`];
  await kube('patch', 'configmap', 'argocd-cm', ...flags);
}

/** Teaches Argo CD what a TeamworkProxy's status means, by the command of docs/how-to/argocd.md. */
async function addHealthCheck(): Promise<void> {
  const key = 'resource.customizations.health.teamworkproxy.io_TeamworkProxy';
  const flags = [`--namespace=${argocdNamespace}`, `--from-file=${key}=${healthScript}`];
  const input = await kube('create', 'configmap', 'argocd-cm', ...flags, '--dry-run=client', '--output=yaml');
  const options = ['--server-side', '--field-manager=teamwork-proxy-health'];
  await kubectl(clusterKubeconfig(), ['apply', ...options, '-f', '-'], { input });
}

/** The project that Applications belong to by default. Argo CD's API server makes it, which is not part of its core. */
const project = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: 'default', namespace: argocdNamespace },
  spec: {
    sourceRepos: ['*'],
    destinations: [{ namespace: '*', server: '*' }],
    clusterResourceWhitelist: [{ group: '*', kind: '*' }],
  },
};

async function applyAll(...objects: readonly object[]): Promise<void> {
  await apply(clusterKubeconfig(), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}
