import type { ClientSettings, FrontendReport } from '../../api/status.ts';
import type { Service } from '../../kube/types.ts';
import type { Flow, Plan } from '../plan/types.ts';

/** Address or host name that the load balancer gave a Service; undefined until there is one. */
export function assignedAddress(service: Service | undefined): string | undefined {
  const [ingress] = service?.status?.loadBalancer?.ingress ?? [];
  return ingress?.ip ?? ingress?.hostname;
}

/** One entry of `status.frontends` for every flow. */
export function frontendReports(
  plan: Plan,
  services: ReadonlyMap<string, Service>,
): readonly FrontendReport[] {
  return plan.flows.map((flow) => {
    const { frontend, backends, unservable } = flow;
    const address = assignedAddress(services.get(frontend.name));
    const host = publicHost(flow) ?? address;
    const requested = frontend.loadBalancer.address;
    return {
      name: frontend.name,
      protocol: frontend.protocol,
      port: frontend.port,
      backends,
      ...(requested === undefined ? {} : { requestedAddress: requested }),
      ...(address === undefined ? {} : { address }),
      ...(host === undefined ? {} : { url: url(flow, host) }),
      ...(unservable === null ? {} : { message: `not served: ${unservable}` }),
    };
  });
}

/** What people enter in their clients, as far as the shorthand tells which flow is for whom. */
export function clientSettings(
  plan: Plan,
  services: ReadonlyMap<string, Service>,
): ClientSettings | undefined {
  if (plan.proxy.spec.teamworkCloud === undefined) return undefined;
  const urls = new Map(frontendReports(plan, services).map(({ name, url }) => [name, url]));
  const web = urls.get('web');
  const webapp = web === undefined ? urls.get('webapp') : `${web}/webapp`;
  const rest = web === undefined ? urls.get('rest') : `${web}/osmc`;
  const client = urls.get('client');
  const [host, port] = (urls.get('license') ?? '').split(/:(?=[0-9]+$)/);
  return {
    ...(webapp === undefined ? {} : { webapp }),
    ...(rest === undefined ? {} : { rest }),
    ...(client === undefined ? {} : { modelingClient: client }),
    ...(host === undefined || port === undefined ? {} : { license: `${port}@${host}` }),
  };
}

/** The host name by which a flow is reached, where it is known: several layer-4 flows on different addresses can't share one name. */
function publicHost({ frontend }: Flow): string | undefined {
  if (frontend.protocol !== 'HTTP' && frontend.protocol !== 'HTTPS') return undefined;
  return frontend.hostnames.find((name) => !name.startsWith('*.'));
}

function url({ frontend }: Flow, host: string): string {
  const literal = host.includes(':') ? `[${host}]` : host;
  if (frontend.protocol !== 'HTTP' && frontend.protocol !== 'HTTPS') return `${literal}:${frontend.port}`;
  const scheme = frontend.protocol.toLowerCase();
  const usual = frontend.protocol === 'HTTPS' ? 443 : 80;
  return `${scheme}://${literal}${frontend.port === usual ? '' : `:${frontend.port}`}`;
}
