import { isIPv6 } from 'node:net';
import type { Annotations, Provider } from './types.ts';

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer';

/**
 * AWS Load Balancer Controller 2.2 and later (https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/): each Service gets
 * a Network Load Balancer. Its targets are the nodes, so that with externalTrafficPolicy Local the clients' addresses are kept.
 */
export const aws: Provider = {
  addresses: 'Internal',
  addressNames: true,
  sharing: 'None',
  scopes: true,
  annotations: ({ address, addressName, scope, class: className }) => ({
    // Without a class, this is what keeps the older controllers away.
    ...(className === undefined
      ? { [`${PREFIX}-type`]: 'external', [`${PREFIX}-nlb-target-type`]: 'instance' }
      : {}),
    ...(scope === undefined
      ? {}
      : { [`${PREFIX}-scheme`]: scope === 'Public' ? 'internet-facing' : 'internal' }),
    ...(address === undefined ? {} : ownAddress(address)),
    ...(addressName === undefined ? {} : { [`${PREFIX}-eip-allocations`]: addressName }),
  }),
};

function ownAddress(address: string): Annotations {
  return isIPv6(address)
    ? { [`${PREFIX}-ip-address-type`]: 'dualstack', [`${PREFIX}-ipv6-addresses`]: address }
    : { [`${PREFIX}-private-ipv4-addresses`]: address };
}
