import type { FrontendReport } from '../../api/status.ts';
import type { Service } from '../../kube/types.ts';
import { assignedAddress } from '../service-address.ts';
import { flowUrl, publicName } from '../plan/public-name.ts';
import type { Plan } from '../plan/types.ts';

/** One entry of `status.frontends` for every flow. */
export function frontendReports(
  plan: Plan,
  services: ReadonlyMap<string, Service>,
): readonly FrontendReport[] {
  return plan.flows.map((flow) => {
    const { frontend, backends, unservable } = flow;
    const address = assignedAddress(services.get(frontend.name));
    const host = publicName(frontend) ?? address;
    const requested = frontend.loadBalancer.address;
    return {
      name: frontend.name,
      protocol: frontend.protocol,
      port: frontend.port,
      backends,
      ...(requested === undefined ? {} : { requestedAddress: requested }),
      ...(address === undefined ? {} : { address }),
      ...(host === undefined ? {} : { url: flowUrl(frontend, host) }),
      ...(unservable === null ? {} : { message: `not served: ${unservable}` }),
    };
  });
}
