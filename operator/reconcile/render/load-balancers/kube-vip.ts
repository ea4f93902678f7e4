import type { Provider } from './types.ts';

/** kube-vip 0.5.12 and later (https://kube-vip.io/docs/usage/kubernetes-services/). Services that ask for the same address share it. */
export const kubeVip: Provider = {
  addresses: 'All',
  addressNames: false,
  sharing: 'Address',
  scopes: false,
  annotations: ({ address }) => (address === undefined ? {} : { 'kube-vip.io/loadbalancerIPs': address }),
};
