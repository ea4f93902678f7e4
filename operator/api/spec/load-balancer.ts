import { object, oneOf, optional, setOf, stringMap } from '../schema/builder.ts';
import type { Infer } from '../schema/builder.ts';
import { cidr, dnsName, ipAddress, qualifiedName } from './scalars.ts';

const provider = oneOf('MetalLB', 'Cilium', 'KubeVip', 'None');
const externalTrafficPolicy = oneOf('Local', 'Cluster');

const shared = {
  provider: optional(
    provider,
    'Who hands out addresses; it decides in which annotation a requested address is written. None: only `annotations` are written. Default MetalLB.',
  ),
  class: optional(
    qualifiedName(),
    'loadBalancerClass of the Service. It cannot be changed later: a change replaces the Service.',
  ),
  sourceRanges: optional(
    setOf(cidr(), { maxItems: 64 }),
    'Only clients from these ranges may connect (loadBalancerSourceRanges, the NetworkPolicy, and the proxy itself, for which a client behind a PROXY header has the address that it tells). Default: everybody.',
  ),
  externalTrafficPolicy: optional(
    externalTrafficPolicy,
    "Local (default) keeps the client's own address; Cluster lets every node take connections and hides it.",
  ),
  annotations: optional(stringMap(32, 1024), 'Further annotations of the Service, for the provider.'),
} as const;

/** What counts for every Service that says nothing of its own: `spec.loadBalancer`. */
export const loadBalancerDefaultsSchema = object(shared);

export const loadBalancerSchema = object({
  address: optional(ipAddress(), 'Address to ask for. Without it the provider chooses one.'),
  hostname: optional(
    dnsName(),
    'DNS name that leads to this address: status tells clients to use it, and the certificates are checked for it. Default: the first of `hostnames`, else the address itself.',
  ),
  ...shared,
});

export type LoadBalancerSpec = Infer<typeof loadBalancerSchema>;
export type LoadBalancerDefaults = Infer<typeof loadBalancerDefaultsSchema>;
export type LoadBalancerProvider = Infer<typeof provider>;
