import { isIPv6 } from 'node:net';
import type { BackendReport } from '../../api/status.ts';
import type { ServerStatus } from '../../../proxy-image/config/status.ts';
import type { Plan } from '../plan/types.ts';
import type { ConditionDraft, DataPlane } from './types.ts';

/** What is known of one server, from all pods together. */
interface SeenServer {
  readonly label: string;
  /** Why it is down; null when a pod finds it up, or none knows. */
  readonly down: string | null;
}

interface SeenBackend {
  readonly name: string;
  readonly servers: readonly SeenServer[];
}

/** One entry of `status.backends` for every backend that a pod reports. */
export function backendReports(plan: Plan, dataPlane: DataPlane): readonly BackendReport[] {
  return seenBackends(plan, dataPlane).map(({ name, servers }) => {
    const down = servers.flatMap(reasonOf);
    return {
      name,
      servers: servers.length,
      up: servers.length - down.length,
      ...(down.length === 0 ? {} : { message: down.join('; ') }),
    };
  });
}

/** Whether every backend has a server that can be used. A single server that is down is told, but the others serve. */
export function backendsHealthy(plan: Plan, dataPlane: DataPlane): ConditionDraft {
  const type = 'BackendsHealthy';
  if (dataPlane.pods.every(({ status }) => status === null)) {
    return {
      type,
      status: 'Unknown',
      reason: 'Pending',
      message: 'no proxy pod has told of its servers yet',
    };
  }
  const seen = seenBackends(plan, dataPlane);
  const dead = seen.filter(({ servers }) => servers.length > 0 && servers.every(({ down }) => down !== null));
  if (dead.length > 0) {
    const message = dead
      .map(({ name, servers }) => `backend ${name} has no server that is up: ${reasons(servers)}`)
      .join('. ');
    return { type, status: 'False', reason: 'NoServerUp', message };
  }
  const servers = seen.flatMap((backend) => backend.servers);
  const down = servers.filter((server) => server.down !== null);
  return down.length === 0
    ? { type, status: 'True', reason: 'Healthy', message: `${servers.length} servers` }
    : { type, status: 'True', reason: 'SomeServersDown', message: reasons(down) };
}

function seenBackends({ backends }: Plan, { pods }: DataPlane): readonly SeenBackend[] {
  return backends.flatMap(({ spec: { name } }) => {
    const reported = pods.flatMap(
      ({ status }) => status?.backends.find((backend) => backend.name === name) ?? [],
    );
    const servers = new Map<string, ServerStatus[]>();
    for (const server of reported.flatMap((backend) => backend.servers)) {
      const label = hostAndPort(server);
      servers.set(label, [...(servers.get(label) ?? []), server]);
    }
    return servers.size === 0
      ? []
      : [{ name, servers: [...servers].map(([label, list]) => seen(label, list)) }];
  });
}

/** A server is down when every pod that knows says so: what only some can't reach is a matter of their nodes. */
function seen(label: string, reported: readonly ServerStatus[]): SeenServer {
  const known = reported.filter(({ state }) => state !== 'Unknown');
  const down = known.length > 0 && known.every(({ state }) => state === 'Down');
  return { label, down: down ? (known[0]?.message ?? 'it is down') : null };
}

function reasonOf({ label, down }: SeenServer): readonly string[] {
  return down === null ? [] : [`${label}: ${down}`];
}

function reasons(servers: readonly SeenServer[]): string {
  return servers.flatMap(reasonOf).join('; ');
}

function hostAndPort({ host, port }: ServerStatus): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
