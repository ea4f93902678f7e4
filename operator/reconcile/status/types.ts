import type { ProxyStatus } from '../../../proxy-image/config/status.ts';
import type { Service } from '../../kube/types.ts';
import type { Plan } from '../plan/types.ts';

/** What was observed after a plan was applied; the status is made from this alone. */
export interface Observation {
  readonly plan: Plan;
  /** Services by name of the frontend, as they are in the cluster. */
  readonly services: ReadonlyMap<string, Service>;
  /** Services (`namespace/name`) that have addresses which flows asked for and were not given, by address. */
  readonly holders: ReadonlyMap<string, string>;
  /** What load balancers say of flows that they give no address, by name of the frontend. */
  readonly warnings: ReadonlyMap<string, string>;
  readonly dataPlane: DataPlane;
  readonly now: Date;
}

export interface DataPlane {
  /** Hash that the pods are to serve; null when the plan was refused and nothing was applied. */
  readonly configHash: string | null;
  readonly desired: number;
  /** Pods that are not being removed. */
  readonly pods: readonly PodReport[];
}

/** What one proxy pod said of itself. */
export interface PodReport {
  readonly name: string;
  /** Null when the pod could not be asked; `problem` says why. */
  readonly status: ProxyStatus | null;
  /** Why the pod could not be asked, or why no client is led to it; null where neither is so. */
  readonly problem: string | null;
}

/** A condition before it is known whether it changes anything. */
export interface ConditionDraft {
  readonly type:
    | 'Accepted'
    | 'CertificatesValid'
    | 'AddressesAssigned'
    | 'Programmed'
    | 'BackendsHealthy'
    | 'Ready';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}
