import { join } from 'node:path';
import { locate } from '../../cluster/binaries/locate.ts';
import { clusterKubeconfig } from '../../cluster/lifecycle/health.ts';
import { projectFolder } from '../../cluster/paths.ts';
import { run } from '../../cluster/process/run.ts';
import { deleteNamespace, kube, kubeJson } from './kube.ts';
import type { KubeList, KubeObject } from './kube.ts';
import { operatorNamespace, testLabel } from './layout.ts';

const release = 'teamwork-proxy-operator';

/** Makes the operator's namespace, which admits restricted pods only, and installs the operator in it. */
export async function installOperator(): Promise<void> {
  await kube('create', 'namespace', operatorNamespace);
  await kube('label', 'namespace', operatorNamespace, 'pod-security.kubernetes.io/enforce=restricted');
  await helmInstall();
}

/** `helm upgrade --install` as the README says, with further values as `--set` takes them; waits until the operator is ready. */
export async function helmInstall(...values: readonly string[]): Promise<void> {
  const set = ['logLevel=debug', 'networkPolicy.enabled=true', ...values].flatMap((value) => [
    '--set',
    value,
  ]);
  const chart = join(projectFolder, 'charts', release);
  await helm('upgrade', '--install', release, chart, ...set, '--wait', '--timeout', '2m');
}

/** `helm uninstall`; waits until the operator's pods are gone. */
export async function helmUninstall(): Promise<void> {
  await helm('uninstall', release, '--ignore-not-found', '--wait');
}

/** Removes what an earlier run left in the cluster: test namespaces first, so that the operator can still look after them. */
export async function removeOperator(): Promise<void> {
  const namespaces = await kubeJson<KubeList<KubeObject>>('get', 'namespaces', `--selector=${testLabel}`);
  for (const { metadata } of namespaces.items) await deleteNamespace(metadata.name);
  await helmUninstall();
  // Where it was not Helm that installed it.
  const selector = `--selector=app.kubernetes.io/name=${release}`;
  await kube('delete', 'clusterroles,clusterrolebindings', selector, '--ignore-not-found');
  await kube('delete', 'namespace', operatorNamespace, '--ignore-not-found', '--wait', '--timeout=60s');
  await kube('delete', 'crd', 'teamworkproxies.teamworkproxy.io', '--ignore-not-found', '--wait');
}

/** Where things stand, for the message of a failed wait: the operator's last words and the namespace's events. */
export async function diagnose(namespace: string): Promise<string> {
  const parts = [
    ['get', 'teamworkproxies,deployments,pods,services', '--output=wide', `--namespace=${namespace}`],
    ['get', 'events', '--sort-by=.lastTimestamp', `--namespace=${namespace}`],
    ['logs', `deployment/${release}`, `--namespace=${operatorNamespace}`, '--tail=30'],
  ];
  const texts = await Promise.all(
    parts.map(async (args) => {
      const output = await kube(...args).catch(String);
      return `$ kubectl ${args.join(' ')}\n${output}`;
    }),
  );
  return texts.join('\n');
}

/** The operator's pods. */
export async function operatorPods(): Promise<readonly KubeObject[]> {
  const { items } = await kubeJson<KubeList<KubeObject>>('get', 'pods', `--namespace=${operatorNamespace}`);
  return items;
}

async function helm(...args: readonly string[]): Promise<void> {
  const cluster = [`--kubeconfig=${clusterKubeconfig()}`, `--namespace=${operatorNamespace}`];
  await run(locate('helm'), [...args, ...cluster], { timeoutMs: 180_000 });
}
