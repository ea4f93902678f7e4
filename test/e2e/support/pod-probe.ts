import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnIn } from '../../cluster/network/exec.ts';
import { clientNamespace } from './client.ts';
import { kubeJson } from './kube.ts';
import type { KubeList, KubeObject } from './kube.ts';
import { hostname } from './layout.ts';
import type { ProbeTarget, Wanted } from './pod-probe-program.ts';

const program = fileURLToPath(new URL('pod-probe-program.ts', import.meta.url));

/** Asks the pods of a proxy one by one, past its Service. */
export interface PodProbe {
  /** Resolves when every pod shows what is wanted, with the time at which the last one did (milliseconds since the epoch). */
  shown(wanted: Wanted): Promise<number>;
  end(): void;
}

interface Pod extends KubeObject {
  readonly status: { readonly podIP: string };
}

interface Service extends KubeObject {
  readonly spec: { readonly ports: readonly { readonly targetPort: number }[] };
}

/** Starts a probe of one flow, which has to end TLS. */
export async function startPodProbe(namespace: string, proxy: string, flow: string): Promise<PodProbe> {
  const selector = `--selector=app.kubernetes.io/name=teamwork-proxy,app.kubernetes.io/instance=${proxy}`;
  const pods = await kubeJson<KubeList<Pod>>('get', 'pods', `--namespace=${namespace}`, selector);
  const service = await kubeJson<Service>('get', 'service', `${proxy}-${flow}`, `--namespace=${namespace}`);
  const target: ProbeTarget = {
    pods: pods.items.map(({ status }) => status.podIP),
    port: service.spec.ports[0]?.targetPort ?? 0,
    hostname,
  };
  const child = spawnIn(clientNamespace, [process.execPath, program, JSON.stringify(target)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('the probe was started without pipes');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await lines.next();
    if (line.done === true) throw new Error('the probe has ended without a word');
    return line.value;
  };
  await next();
  return {
    async shown(wanted) {
      child.stdin?.write(`${JSON.stringify(wanted)}\n`);
      return Number(await next());
    },
    end: () => void child.kill('SIGKILL'),
  };
}
