import { isIPv6 } from 'node:net';
import type { Provider } from './types.ts';

const PREFIX = 'service.beta.kubernetes.io/azure';

/** cloud-provider-azure 1.27 and later (https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/). Services that ask for the same address share it. */
export const azure: Provider = {
  addresses: 'All',
  addressNames: true,
  sharing: 'Address',
  scopes: true,
  annotations: ({ address, addressName, scope }) => ({
    ...(scope === undefined ? {} : { [`${PREFIX}-load-balancer-internal`]: String(scope === 'Internal') }),
    ...(address === undefined
      ? {}
      : { [`${PREFIX}-load-balancer-${isIPv6(address) ? 'ipv6' : 'ipv4'}`]: address }),
    ...(addressName === undefined ? {} : { [`${PREFIX}-pip-name`]: addressName }),
  }),
};
