import type { Service } from '../kube/types.ts';
import type { ClusterView } from './gather.ts';
import type { Plan } from './plan/types.ts';
import { hasAddress } from './service-address.ts';

/**
 * Who has the addresses that flows asked for and were not given: `namespace/name` of a Service, by address. Nobody is asked as long as all is well.
 *
 * @param services the flows' own Services, by name of the frontend
 */
export async function addressHolders(
  { flows }: Plan,
  services: ReadonlyMap<string, Service>,
  cluster: Pick<ClusterView, 'loadBalancers'>,
): Promise<ReadonlyMap<string, string>> {
  const missing = flows.flatMap(({ frontend: { name, loadBalancer } }) => {
    const { address } = loadBalancer;
    return address === undefined || hasAddress(services.get(name), address) ? [] : [address];
  });
  if (missing.length === 0) return new Map();
  const all = await cluster.loadBalancers();
  return new Map(
    missing.flatMap((address) => {
      const holder = all.find((service) => hasAddress(service, address));
      return holder === undefined ? [] : [[address, pathOf(holder)] as const];
    }),
  );
}

function pathOf({ metadata }: Service): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
