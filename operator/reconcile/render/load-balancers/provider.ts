import type { LoadBalancerProvider } from '../../../api/spec/load-balancer.ts';

/** What a Service must say so that a load balancer gives it the wanted address. */
export interface AddressRequest {
  readonly address: string;
  /** Several flows of this proxy ask for this address, on different ports; the value tells the group. */
  readonly sharedBy: string | null;
}

type Annotations = Readonly<Record<string, string>>;

/** For each provider, the annotations by which an address is asked for. */
const ADDRESS_ANNOTATIONS: Readonly<Record<LoadBalancerProvider, (request: AddressRequest) => Annotations>> =
  {
    MetalLB: ({ address, sharedBy }) => ({
      'metallb.io/loadBalancerIPs': address,
      ...(sharedBy === null ? {} : { 'metallb.io/allow-shared-ip': sharedBy }),
    }),
    Cilium: ({ address, sharedBy }) => ({
      'lbipam.cilium.io/ips': address,
      ...(sharedBy === null ? {} : { 'lbipam.cilium.io/sharing-key': sharedBy }),
    }),
    KubeVip: ({ address }) => ({ 'kube-vip.io/loadbalancerIPs': address }),
    None: () => ({}),
  };

/** The annotations by which the provider is asked for an address. */
export function addressAnnotations(provider: LoadBalancerProvider, request: AddressRequest): Annotations {
  return ADDRESS_ANNOTATIONS[provider](request);
}
