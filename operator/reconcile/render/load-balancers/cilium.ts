import type { Provider } from './types.ts';

/** Cilium 1.16 and later, LB IPAM (https://docs.cilium.io/en/stable/network/lb-ipam/). */
export const cilium: Provider = {
  addresses: 'All',
  addressNames: false,
  sharing: 'Key',
  scopes: false,
  annotations: ({ address, sharingKey }) => ({
    ...(address === undefined ? {} : { 'lbipam.cilium.io/ips': address }),
    ...(sharingKey === null ? {} : { 'lbipam.cilium.io/sharing-key': sharingKey }),
  }),
};
