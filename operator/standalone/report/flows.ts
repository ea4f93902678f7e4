import { isHttp, publicName } from '../../reconcile/plan/public-name.ts';
import type { Flow, Plan } from '../../reconcile/plan/types.ts';
import { placeName } from '../listen/decide.ts';
import type { DecidedListener } from '../listen/decide.ts';
import { formatTable } from './table.ts';

const HEADINGS = ['FLOW', 'URL', 'LISTENS ON', 'SERVERS', 'CERTIFICATE EXPIRES'] as const;

/** The flows of one TeamworkProxy: what clients enter, where it leads, and until when the certificate is valid. */
export function formatFlows(plan: Plan, listeners: ReadonlyMap<string, DecidedListener>): string {
  return formatTable(
    HEADINGS,
    plan.flows.map((flow) => {
      const listener = listeners.get(flow.frontend.name);
      const place = listener === undefined || flow.unservable !== null ? 'not served' : placeName(listener);
      return [
        flow.frontend.name,
        listener === undefined ? '-' : flowUrl(flow, listener),
        place,
        servers(plan, flow),
        expiry(plan, flow),
      ];
    }),
  );
}

/** What clients enter for a flow: a URL, or `host:port` where it is no HTTP. */
export function flowUrl({ frontend }: Flow, listener: DecidedListener): string {
  const host = publicName(frontend);
  const place = placeName(host === undefined ? listener : { address: host, port: listener.port });
  if (!isHttp(frontend.protocol)) return place;
  return new URL(`${frontend.protocol.toLowerCase()}://${place}`).origin;
}

function servers(plan: Plan, flow: Flow): string {
  const backends = plan.backends.filter(({ spec }) => flow.backends.includes(spec.name));
  return backends
    .map(
      ({ spec, servers }) =>
        `${spec.name} (${servers.map(({ host, port }) => placeName({ address: host, port })).join(', ')})`,
    )
    .join(' ');
}

function expiry(plan: Plan, { certificates }: Flow): string {
  const days = plan.certificates
    .filter((certificate) => certificate.state !== 'Missing' && certificates.includes(certificate.name))
    .flatMap((certificate) =>
      certificate.state === 'Missing' ? [] : [certificate.material.leaf.notAfter.toISOString().slice(0, 10)],
    );
  return days.sort()[0] ?? '-';
}
