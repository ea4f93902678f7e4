import { dump, loadAll } from 'js-yaml';

/** What is looked at and changed of a workload in MetalLB's manifest. */
interface Workload {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: {
          readonly name: string;
          env?: readonly { readonly name: string }[];
          resources?: object;
        }[];
      };
    };
  };
}

/** Without a request a container gets a 500th of the CPU time that one with `100m` gets beside it, when there is not enough for both. */
const RESOURCES = { requests: { cpu: '100m', memory: '64Mi' } };

/** Settings of the speakers' own protocol, by which each finds out whether the others live. */
const MEMBERLIST = 'METALLB_ML_';

/**
 * MetalLB's manifest as it suits a machine that is slow or stands still now and then. Both changes are settings of MetalLB's chart:
 * `speaker.resources`, and `speaker.memberlist.enabled: false`. With memberlist, a speaker that gets no CPU time for five seconds counts
 * as dead, its addresses go to the other node and come back a second later, and both moves end every connection through them. Without, an
 * address is where Kubernetes says that there is a node with a pod.
 *
 * @throws if it does not have the workloads it used to have
 */
export function forSlowMachines(manifest: string): string {
  const documents = loadAll(manifest) as Workload[];
  const workloads = documents.filter(({ kind }) => kind === 'DaemonSet' || kind === 'Deployment');
  const containers = workloads.flatMap(({ spec }) => spec.template.spec.containers);
  if (!containers.some(({ name }) => name === 'speaker')) {
    throw new Error("MetalLB's manifest has no speaker; has its layout changed?");
  }
  for (const container of containers) {
    container.resources = RESOURCES;
    container.env = (container.env ?? []).filter(({ name }) => !name.startsWith(MEMBERLIST));
  }
  return documents.map((document) => dump(document, { noRefs: true })).join('---\n');
}
