import type { Provider } from './types.ts';

/**
 * OpenStack Cloud Controller Manager
 * (https://github.com/kubernetes/cloud-provider-openstack/blob/master/docs/openstack-cloud-controller-manager/expose-applications-using-loadbalancer-type-service.md).
 * It looks for a wanted floating IP in `spec.loadBalancerIP` only. That is kept when the Service goes, so that its successor gets it.
 */
export const openStack: Provider = {
  usesLoadBalancerIP: true,
  addresses: 'All',
  addressNames: false,
  sharing: 'None',
  scopes: true,
  annotations: ({ address, scope }) => ({
    ...(scope === undefined
      ? {}
      : {
          'service.beta.kubernetes.io/openstack-internal-load-balancer': String(scope === 'Internal'),
        }),
    ...(address === undefined ? {} : { 'loadbalancer.openstack.org/keep-floatingip': 'true' }),
  }),
};
