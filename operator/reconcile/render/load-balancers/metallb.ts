import type { Provider } from './types.ts';

/** MetalLB 0.13 and later (https://metallb.io/usage/). */
export const metalLb: Provider = {
  addresses: 'All',
  addressNames: false,
  sharing: 'Key',
  scopes: false,
  annotations: ({ address, sharingKey }) => ({
    ...(address === undefined ? {} : { 'metallb.io/loadBalancerIPs': address }),
    ...(sharingKey === null ? {} : { 'metallb.io/allow-shared-ip': sharingKey }),
  }),
};
