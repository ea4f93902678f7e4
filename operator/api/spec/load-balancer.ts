import { object, oneOf, optional, setOf, stringMap } from '../schema/builder.ts';
import type { Infer } from '../schema/builder.ts';
import { cidr, dnsName, entryName, ipAddress, qualifiedName, reservedName } from './scalars.ts';

const provider = oneOf('MetalLB', 'Cilium', 'KubeVip', 'AWS', 'Azure', 'GCP', 'OpenStack', 'None');
const externalTrafficPolicy = oneOf('Local', 'Cluster');

const shared = {
  provider: optional(
    provider,
    'Who hands out addresses; it decides how a wanted one is asked for. None: by `annotations` alone. Default MetalLB.',
  ),
  scope: optional(
    oneOf('Public', 'Internal'),
    "AWS, Azure, GCP and OpenStack: an address of the internet, or of the cloud's private network. Default: what the provider does by itself (AWS Internal, the others Public).",
  ),
  sharingKey: optional(
    entryName(),
    'MetalLB and Cilium: Services with the same key may get one address, on different ports. Default: flows that ask for the same address share it.',
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

export const loadBalancerSchema = object(
  {
    address: optional(ipAddress(), 'Address to ask for. Without it the provider chooses one.'),
    addressName: optional(
      reservedName(),
      'A reserved address, by its name at the provider: AWS the allocation ids of Elastic IPs, one for each subnet, with commas between; Azure the name of a public IP; GCP the names of address resources.',
    ),
    hostname: optional(
      dnsName(),
      'DNS name that leads to this address: status tells clients to use it, and the certificates are checked for it. Default: the first of `hostnames`, else the address itself.',
    ),
    ...shared,
  },
  [
    {
      rule: '!has(self.address) || !has(self.addressName)',
      message: 'give address or addressName, not both',
    },
  ],
);

export type LoadBalancerSpec = Infer<typeof loadBalancerSchema>;
export type LoadBalancerDefaults = Infer<typeof loadBalancerDefaultsSchema>;
export type LoadBalancerProvider = Infer<typeof provider>;
