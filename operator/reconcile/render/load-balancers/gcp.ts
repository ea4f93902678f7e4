import type { Provider } from './types.ts';

/** GKE (https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters). An address is asked for by the name of its resource. */
export const gcp: Provider = {
  addresses: 'None',
  addressNames: true,
  sharing: 'None',
  scopes: true,
  annotations: ({ addressName, scope }) => ({
    ...(scope === 'Internal' ? { 'networking.gke.io/load-balancer-type': 'Internal' } : {}),
    ...(addressName === undefined ? {} : { 'networking.gke.io/load-balancer-ip-addresses': addressName }),
  }),
};
