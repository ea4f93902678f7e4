import { REST_PATH, START_PATH } from '../../api/presets/paths.ts';
import type { ClientSettings, FrontendReport } from '../../api/status.ts';
import type { Service } from '../../kube/types.ts';
import { assignedAddress } from '../gather.ts';
import { hostAndPort, isHttp, publicName } from '../plan/public-name.ts';
import type { Flow, Plan } from '../plan/types.ts';

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
  const webapp = webUrl(web, urls.get('webapp'), START_PATH);
  const rest = webUrl(web, urls.get('rest'), REST_PATH);
  const client = urls.get('client');
  const [host, port] = (urls.get('license') ?? '').split(/:(?=[0-9]+$)/);
  return {
    ...(webapp === undefined ? {} : { webapp }),
    ...(rest === undefined ? {} : { rest }),
    ...(client === undefined ? {} : { modelingClient: client }),
    ...(host === undefined || port === undefined ? {} : { license: `${port}@${host}` }),
  };
}

/** URL on the HTTPS flow, or on the layer-4 flow that is TLS to the servers. */
function webUrl(web: string | undefined, own: string | undefined, path: string): string | undefined {
  if (web !== undefined) return `${web}${path}`;
  return own === undefined ? undefined : `https://${own.replace(/:443$/, '')}${path}`;
}

function url({ frontend: { protocol, port } }: Flow, host: string): string {
  if (!isHttp(protocol)) return hostAndPort(host, port);
  const usual = protocol === 'HTTPS' ? 443 : 80;
  const authority = hostAndPort(host, port);
  const shown = port === usual ? authority.slice(0, -`:${port}`.length) : authority;
  return `${protocol.toLowerCase()}://${shown}`;
}
