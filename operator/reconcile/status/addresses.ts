import type { Service } from '../../kube/types.ts';
import type { Flow, Plan } from '../plan/types.ts';
import { assignedAddress, hasAddress } from '../service-address.ts';
import type { ConditionDraft, Observation } from './types.ts';

const TYPE = 'AddressesAssigned';

/** What is wrong with a flow's address. */
interface Trouble {
  readonly reason: 'Pending' | 'AddressTaken' | 'OtherAddress';
  /** Null for a flow that just waits. */
  readonly message: string | null;
  readonly flow: string;
}

/** Whether every flow has an address, and the one that it asked for; if not, who has that. */
export function addressesAssigned({
  plan,
  services,
  holders,
}: Pick<Observation, 'services' | 'holders'> & { readonly plan: Plan }): ConditionDraft {
  const { flows } = plan;
  const troubles = flows.flatMap((flow) => troubleOf(flow, services.get(flow.frontend.name), holders) ?? []);
  if (troubles.length === 0) {
    return { type: TYPE, status: 'True', reason: 'Assigned', message: `${flows.length} addresses` };
  }
  const waiting = troubles.filter(({ message }) => message === null).map(({ flow }) => flow);
  const messages = [
    ...(waiting.length === 0
      ? []
      : [`waiting for the load balancer to give an address to ${waiting.join(', ')}`]),
    ...troubles.flatMap(({ message }) => message ?? []),
  ];
  const first = troubles.find(({ reason }) => reason !== 'Pending') ?? troubles[0];
  return { type: TYPE, status: 'False', reason: first?.reason ?? 'Pending', message: messages.join('; ') };
}

function troubleOf(
  { frontend: { name: flow, loadBalancer } }: Flow,
  service: Service | undefined,
  holders: Observation['holders'],
): Trouble | null {
  const requested = loadBalancer.address;
  const assigned = assignedAddress(service);
  if (requested === undefined) {
    const said = assigned === undefined ? refusalOf(service) : null;
    if (assigned !== undefined) return null;
    return { reason: 'Pending', flow, message: said === null ? null : `${flow} has no address: ${said}` };
  }
  if (hasAddress(service, requested)) return null;
  const holder = holders.get(requested);
  const asked = `${flow} (asked for ${requested})`;
  if (assigned !== undefined) {
    const why = holder === undefined ? '' : `, as Service ${holder} has the other one`;
    return { reason: 'OtherAddress', flow, message: `${asked} was given ${assigned}${why}` };
  }
  if (holder !== undefined) {
    const message = `${asked} has no address: Service ${holder} has that one; ask for another, or free it`;
    return { reason: 'AddressTaken', flow, message };
  }
  const said = refusalOf(service) ?? whereToLook(service);
  return { reason: 'Pending', flow, message: `${asked} has no address yet: ${said}` };
}

/** What the load balancer says of a Service in its conditions, as Cilium does. */
function refusalOf(service: Service | undefined): string | null {
  const failed = service?.status?.conditions?.find(({ status }) => status === 'False');
  return failed === undefined ? null : failed.message || failed.reason;
}

function whereToLook(service: Service | undefined): string {
  const { namespace, name } = service?.metadata ?? {};
  return name === undefined
    ? 'its Service is not there yet'
    : `where the load balancer refuses it, the events of Service ${namespace}/${name} say why`;
}
