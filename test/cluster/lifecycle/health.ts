import { existsSync } from 'node:fs';
import { layoutIn } from '../control-plane/layout.ts';
import { dnsProblem } from '../dns/coredns.ts';
import { kubectl, kubectlJson } from '../kubectl.ts';
import { metallbNamespace } from '../metallb/install.ts';
import { nodes } from '../network/addresses.ts';
import { controlPlaneFolder } from './folders.ts';

/** Path of the kubeconfig of the cluster's administrator, whether the cluster runs or not. */
export function clusterKubeconfig(): string {
  return layoutIn(controlPlaneFolder()).kubeconfig;
}

/** What the cluster lacks to be usable, a sentence each; nothing if it is up. */
export async function findProblems(): Promise<string[]> {
  const kubeconfig = clusterKubeconfig();
  if (!existsSync(kubeconfig)) {
    return ['There is no control plane.'];
  }
  try {
    await kubectl(kubeconfig, ['get', '--raw', '/readyz'], { timeoutMs: 5000 });
  } catch {
    return ['The API server is not ready.'];
  }
  return [
    ...(await dnsProblem().then(
      (problem) => (problem === undefined ? [] : [`The DNS is not ready: ${problem}.`]),
      () => ['There is no DNS.'],
    )),
    ...(await nodeProblems(kubeconfig)),
    ...(await metallbProblems(kubeconfig)),
  ];
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

/** Which nodes have not joined or are not ready. */
export async function nodeProblems(kubeconfig: string): Promise<string[]> {
  const { items } = await kubectlJson<NodeList>(kubeconfig, ['get', 'nodes']);
  return nodes.flatMap(({ name }) => {
    const node = items.find((item) => item.metadata.name === name);
    if (node === undefined) {
      return [`${name} has not joined.`];
    }
    const ready = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    return ready ? [] : [`${name} is not ready.`];
  });
}

interface WorkloadList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly readyReplicas?: number; readonly numberReady?: number };
  }[];
}

async function metallbProblems(kubeconfig: string): Promise<string[]> {
  const { items } = await kubectlJson<WorkloadList>(kubeconfig, [
    'get',
    'deployments,daemonsets',
    `--namespace=${metallbNamespace}`,
  ]);
  const readyPods = (name: string) => {
    const status = items.find((item) => item.metadata.name === name)?.status;
    return status?.readyReplicas ?? status?.numberReady ?? 0;
  };
  const expected = { controller: 1, speaker: nodes.length };
  return Object.entries(expected).flatMap(([name, count]) =>
    readyPods(name) === count ? [] : [`MetalLB's ${name} has ${readyPods(name)} of ${count} pods ready.`],
  );
}
