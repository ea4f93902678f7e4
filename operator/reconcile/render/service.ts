import { canonicalAddress } from '../../certificates/address.ts';
import type { Service } from '../../kube/types.ts';
import type { Flow, Plan } from '../plan/types.ts';
import { loadBalancerSettings } from '../plan/load-balancer-settings.ts';
import type { LoadBalancerSettings } from '../plan/load-balancer-settings.ts';
import { PROVIDERS } from './load-balancers/providers.ts';
import { FRONTEND_LABEL, objectNames, ownedMetadata, selectorLabels } from './metadata.ts';

/** The LoadBalancer Service of one flow: its address. */
export function renderService(plan: Plan, flow: Flow): Service {
  const { proxy } = plan;
  const { frontend } = flow;
  const settings = loadBalancerOf(plan, flow);
  const provider = PROVIDERS[settings.provider];
  const request = { ...settings, sharingKey: sharingKey(plan, settings) };
  const peers = peerRanges(plan, flow);
  const metadata = ownedMetadata(proxy, objectNames.service(proxy.metadata.name, frontend.name), {
    [FRONTEND_LABEL]: frontend.name,
  });
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...metadata,
      annotations: { ...provider.annotations(request), ...settings.annotations },
    },
    spec: {
      type: 'LoadBalancer',
      selector: selectorLabels(proxy),
      externalTrafficPolicy: settings.externalTrafficPolicy ?? 'Local',
      ports: [
        {
          name: frontend.name.slice(0, 15).replace(/-+$/, ''),
          port: frontend.port,
          targetPort: flow.listenerPort,
          protocol: 'TCP',
        },
      ],
      ...(provider.usesLoadBalancerIP && settings.address !== undefined
        ? { loadBalancerIP: settings.address }
        : {}),
      ...(settings.class === undefined ? {} : { loadBalancerClass: settings.class }),
      ...(peers === undefined ? {} : { loadBalancerSourceRanges: [...peers] }),
    },
  };
}

/** A flow's load balancer settings, with those of the whole resource where it has none of its own. */
export function loadBalancerOf({ proxy }: Plan, { frontend }: Flow): LoadBalancerSettings {
  return loadBalancerSettings(proxy.spec, frontend);
}

/**
 * The ranges that connections of a flow come from, seen from outside of the proxy: those of its clients, and of the load balancers that
 * tell the clients' addresses by the PROXY protocol. Undefined: everybody's, as with an empty list.
 */
export function peerRanges(plan: Plan, flow: Flow): readonly string[] | undefined {
  const { sourceRanges = [] } = loadBalancerOf(plan, flow);
  if (sourceRanges.length === 0) return undefined;
  return [...new Set([...sourceRanges, ...flow.frontend.proxyProtocol.trusted])];
}

/** Flows that ask for the same address share it, on different ports. */
function sharingKey(plan: Plan, { address, sharingKey }: LoadBalancerSettings): string | null {
  if (sharingKey !== undefined || address === undefined) return sharingKey ?? null;
  const sharing = plan.flows.filter(({ frontend }) => isSameAddress(frontend.loadBalancer.address, address));
  const { namespace, name } = plan.proxy.metadata;
  return sharing.length > 1 ? `${namespace}.${name}` : null;
}

function isSameAddress(one: string | undefined, other: string): boolean {
  return one !== undefined && canonicalAddress(one) === canonicalAddress(other);
}
