import type { LoadBalancerProvider } from '../../../api/spec/load-balancer.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { cilium } from './cilium.ts';
import { gcp } from './gcp.ts';
import { kubeVip } from './kube-vip.ts';
import { metalLb } from './metallb.ts';
import { none } from './none.ts';
import { openStack } from './openstack.ts';
import type { Provider } from './types.ts';

/** Everybody who hands out addresses. */
export const PROVIDERS: Readonly<Record<LoadBalancerProvider, Provider>> = {
  MetalLB: metalLb,
  Cilium: cilium,
  KubeVip: kubeVip,
  AWS: aws,
  Azure: azure,
  GCP: gcp,
  OpenStack: openStack,
  None: none,
};
