import type { Service } from '../kube/types.ts';
import { addressHolders } from './address-holders.ts';
import type { ClusterView } from './gather.ts';
import type { Plan } from './plan/types.ts';
import { assignedAddress } from './service-address.ts';
import type { Observation } from './status/types.ts';

type Services = ReadonlyMap<string, Service>;

/** Looks at the flows' own Services, by name of the frontend, and for what is the matter where they have not the addresses that they are to have. */
export async function observeAddresses(
  plan: Plan,
  services: Services,
  cluster: Pick<ClusterView, 'loadBalancers' | 'loadBalancerWarning'>,
): Promise<Pick<Observation, 'services' | 'holders' | 'warnings'>> {
  const [holders, warnings] = await Promise.all([
    addressHolders(plan, services, cluster),
    addressWarnings(services, cluster),
  ]);
  return { services, holders, warnings };
}

async function addressWarnings(
  services: Services,
  cluster: Pick<ClusterView, 'loadBalancerWarning'>,
): Promise<ReadonlyMap<string, string>> {
  const waiting = [...services].filter(([, service]) => assignedAddress(service) === undefined);
  const found = await Promise.all(
    waiting.map(async ([name, service]) => [name, await cluster.loadBalancerWarning(service)] as const),
  );
  return new Map(found.flatMap(([name, warning]) => (warning === null ? [] : [[name, warning] as const])));
}
