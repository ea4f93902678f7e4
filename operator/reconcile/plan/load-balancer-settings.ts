import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type { LoadBalancerProvider, LoadBalancerSpec } from '../../api/spec/load-balancer.ts';
import type { TeamworkProxySpec } from '../../api/spec/spec.ts';

/** Load balancer settings with nothing left open. */
export interface LoadBalancerSettings extends LoadBalancerSpec {
  readonly provider: LoadBalancerProvider;
}

/** A frontend's load balancer settings, with those of the whole resource where it has none of its own. */
export function loadBalancerSettings(
  { loadBalancer: { annotations, ...defaults } }: TeamworkProxySpec,
  { loadBalancer }: FrontendSpec,
): LoadBalancerSettings {
  return {
    provider: 'MetalLB',
    ...defaults,
    ...loadBalancer,
    annotations: { ...annotations, ...loadBalancer.annotations },
  };
}
