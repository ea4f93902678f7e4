import type { Service } from '../../kube/types.ts';
import type { Flow, Plan } from '../plan/types.ts';
import { assignedAddress, hasAddress } from '../service-address.ts';
import type { ConditionDraft, Observation } from './types.ts';

const TYPE = 'AddressesAssigned';

/** What is wrong with a flow's address. */
interface Trouble {
  readonly reason: 'Pending' | 'AddressRefused' | 'AddressTaken' | 'OtherAddress';
  /** Null for a flow that just waits. */
  readonly message: string | null;
  readonly flow: string;
}

type AddressView = Pick<Observation, 'services' | 'holders' | 'warnings'>;

/** Whether every flow has an address, and the one that it asked for; if not, who has that, or what the load balancer says. */
export function addressesAssigned({ plan, ...view }: AddressView & { readonly plan: Plan }): ConditionDraft {
  const { flows } = plan;
  const troubles = flows.flatMap((flow) => troubleOf(flow, view) ?? []);
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
  { services, holders, warnings }: AddressView,
): Trouble | null {
  const service = services.get(flow);
  const requested = loadBalancer.address;
  const assigned = assignedAddress(service);
  if (requested === undefined ? assigned !== undefined : hasAddress(service, requested)) return null;
  const asked = requested === undefined ? flow : `${flow} (asked for ${requested})`;
  const holder = requested === undefined ? undefined : holders.get(requested);
  if (assigned !== undefined) {
    const why = holder === undefined ? '' : `, as Service ${holder} has the other one`;
    return { reason: 'OtherAddress', flow, message: `${asked} was given ${assigned}${why}` };
  }
  if (holder !== undefined) {
    const message = `${asked} has no address: Service ${holder} has that one; ask for another, or free it`;
    return { reason: 'AddressTaken', flow, message };
  }
  const said = refusalOf(service) ?? warnings.get(flow);
  if (said !== undefined) {
    return { reason: 'AddressRefused', flow, message: `${asked} has no address: ${said}` };
  }
  const message = requested === undefined ? null : `${asked} has no address yet: ${whereToLook(service)}`;
  return { reason: 'Pending', flow, message };
}

/** What the load balancer says of a Service in its conditions, as Cilium does. */
function refusalOf(service: Service | undefined): string | undefined {
  const failed = service?.status?.conditions?.find(({ status }) => status === 'False');
  return failed === undefined ? undefined : failed.message || failed.reason;
}

function whereToLook(service: Service | undefined): string {
  const { namespace, name } = service?.metadata ?? {};
  return name === undefined
    ? 'its Service is not there yet'
    : `where the load balancer refuses it, the events of Service ${namespace}/${name} say why`;
}
