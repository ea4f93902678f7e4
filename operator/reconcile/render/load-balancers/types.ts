import type { LoadBalancerSpec } from '../../../api/spec/load-balancer.ts';

/** What a Service asks its load balancer for. */
export interface AddressRequest extends Pick<
  LoadBalancerSpec,
  'address' | 'addressName' | 'scope' | 'class'
> {
  /** Key of the Services that may have the same address, on different ports; null: none. */
  readonly sharingKey: string | null;
}

export type Annotations = Readonly<Record<string, string>>;

/** How a provider is asked, and what it can be asked for. */
export interface Provider {
  annotations(request: AddressRequest): Annotations;
  /** Asks in `spec.loadBalancerIP`, which is deprecated: only of whom knows no other way. */
  readonly usesLoadBalancerIP?: true;
  /** Addresses that can be asked for by number. */
  readonly addresses: 'All' | 'Internal' | 'None';
  /** Whether reserved addresses can be asked for by name. */
  readonly addressNames: boolean;
  /** How several Services get one address: by a key, by asking for the same address, or not at all. */
  readonly sharing: 'Key' | 'Address' | 'None';
  readonly scopes: boolean;
}
