import type { LoadBalancerSpec } from '../../api/spec/load-balancer.ts';
import type { Service } from '../../kube/types.ts';
import type { Flow, Plan } from '../plan/types.ts';
import { addressAnnotations } from './load-balancers/provider.ts';
import { FRONTEND_LABEL, objectNames, ownedMetadata, selectorLabels } from './metadata.ts';

/** The LoadBalancer Service of one flow: its address. */
export function renderService(plan: Plan, flow: Flow): Service {
  const { proxy } = plan;
  const { frontend } = flow;
  const settings = loadBalancerOf(plan, flow);
  const peers = peerRanges(plan, flow);
  const metadata = ownedMetadata(proxy, objectNames.service(proxy.metadata.name, frontend.name), {
    [FRONTEND_LABEL]: frontend.name,
  });
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...metadata,
      annotations: { ...requestAnnotations(plan, settings), ...settings.annotations },
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
      ...(settings.class === undefined ? {} : { loadBalancerClass: settings.class }),
      ...(peers === undefined ? {} : { loadBalancerSourceRanges: [...peers] }),
    },
  };
}

/** A flow's load balancer settings, with those of the whole resource where it has none of its own. */
export function loadBalancerOf({ proxy }: Plan, { frontend }: Flow): LoadBalancerSpec {
  const { annotations, ...defaults } = proxy.spec.loadBalancer;
  return {
    ...defaults,
    ...frontend.loadBalancer,
    annotations: { ...annotations, ...frontend.loadBalancer.annotations },
  };
}

/**
 * The ranges that connections of a flow come from, seen from outside of the proxy: those of its clients, and of the load balancers that
 * tell the clients' addresses by the PROXY protocol. Undefined: everybody's.
 */
export function peerRanges(plan: Plan, flow: Flow): readonly string[] | undefined {
  const { sourceRanges } = loadBalancerOf(plan, flow);
  return sourceRanges === undefined
    ? undefined
    : [...new Set([...sourceRanges, ...flow.frontend.proxyProtocol.trusted])];
}

function requestAnnotations(plan: Plan, settings: LoadBalancerSpec): Readonly<Record<string, string>> {
  const { address } = settings;
  if (address === undefined) return {};
  const sharing = plan.flows.filter(({ frontend }) => frontend.loadBalancer.address === address);
  const { namespace, name } = plan.proxy.metadata;
  const sharedBy = sharing.length > 1 ? `${namespace}.${name}` : null;
  return addressAnnotations(settings.provider ?? 'MetalLB', { address, sharedBy });
}
