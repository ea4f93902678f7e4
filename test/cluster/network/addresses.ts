/**
 * The addresses of the cluster. Everything hangs on one bridge, 172.30.0.0/24:
 *
 *     .1 control plane    .2 this host    .11, .12 nodes    .20 to .99 hosts of tests    .100 to .150 LoadBalancer Services
 */

/** All names that exist outside of the cluster's own namespaces begin with it, so nothing foreign is ever touched. */
export const prefix = 'twp-';

/** A machine of the cluster: a network namespace, and for nodes the pods in it. */
export interface Node {
  /** Name of the Node, of the network namespace and of the cgroup. */
  readonly name: string;
  readonly address: string;
  readonly podCidr: string;
}

export const bridgeCidr = '172.30.0.0/24';
export const clusterCidr = '10.244.0.0/16';
export const serviceCidr = '10.96.0.0/16';
/** What MetalLB gives to Services of type LoadBalancer. */
export const addressPool = '172.30.0.100-172.30.0.150';

/** The namespace that holds the bridge and the control plane. */
export const controlPlane = { name: `${prefix}control-plane`, address: '172.30.0.1', port: 6443 } as const;

/** The network interface through which this host reaches the cluster, the only thing that the cluster adds to it. */
export const hostLink = { name: `${prefix}host`, address: '172.30.0.2' } as const;

export const nodes = [
  { name: `${prefix}node-1`, address: '172.30.0.11', podCidr: '10.244.1.0/24' },
  { name: `${prefix}node-2`, address: '172.30.0.12', podCidr: '10.244.2.0/24' },
] as const satisfies readonly Node[];
