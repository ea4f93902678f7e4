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
    const own = services.get(name);
    return address === undefined || hasAddress(own, address) ? [] : [{ address, own }];
  });
  if (missing.length === 0) return new Map();
  const all = await cluster.loadBalancers();
  return new Map(
    missing.flatMap(({ address, own }) => {
      // What was listed may be some seconds old, from when the flow's own Service still had it.
      const holder = all.find((service) => hasAddress(service, address) && !isSame(service, own));
      return holder === undefined ? [] : [[address, pathOf(holder)] as const];
    }),
  );
}

function isSame(service: Service, own: Service | undefined): boolean {
  return own !== undefined && pathOf(service) === pathOf(own);
}

function pathOf({ metadata }: Service): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
