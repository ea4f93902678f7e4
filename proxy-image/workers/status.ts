import type { LoadedConfig } from '../config/load.ts';
import type {
  BackendStatus,
  CertificateStatus,
  FrontendStatus,
  ProxyPhase,
  ProxyStatus,
  RejectedConfig,
  ServerStatus,
} from '../config/status.ts';
import { mergeForwards } from './forwards.ts';
import type { WorkerReport } from './messages.ts';

/** What the status is made of. */
export interface StatusParts {
  readonly phase: ProxyPhase;
  /** The configuration that all workers have taken over. */
  readonly served: LoadedConfig | null;
  readonly rejected: RejectedConfig | null;
  readonly workers: readonly WorkerPart[];
}

export interface WorkerPart {
  readonly pid: number;
  /** Digest of what it serves. */
  readonly serves: string | null;
  readonly report: WorkerReport | null;
}

/** Sums up what the workers report. */
export function summarize({ phase, served, rejected, workers }: StatusParts): ProxyStatus {
  // A worker that has just been started serves nothing yet; until it does, the others speak for all.
  const serving = workers.filter((worker) => worker.serves !== null);
  const reports = serving.flatMap(({ report }) => report ?? []);
  return {
    phase,
    configHash: serving.length === 0 ? null : (served?.hash ?? null),
    rejected,
    frontends: mergeFrontends(reports.flatMap(({ frontends }) => frontends)),
    certificates: certificates(served),
    backends: mergeBackends(reports.flatMap(({ backends }) => backends)),
    forwards: mergeForwards(reports.flatMap(({ forwards }) => forwards)),
    workers: workers.map(({ pid, serves, report }) => ({
      pid,
      configHash: serves !== null && serves === served?.digest ? served.hash : null,
      connections: report?.connections ?? 0,
    })),
  };
}

/** The worst state there is, as a frontend that one worker does not listen on is not in order. */
const STATE_ORDER: readonly FrontendStatus['state'][] = ['Failed', 'Opening', 'Listening', 'Draining'];

function mergeFrontends(frontends: readonly FrontendStatus[]): readonly FrontendStatus[] {
  const merged = new Map<string, FrontendStatus>();
  for (const frontend of frontends) {
    const draining = frontend.state === 'Draining' ? 'draining' : '';
    const key = [frontend.name, frontend.address, frontend.port, draining].join(' ');
    const other = merged.get(key);
    merged.set(key, other === undefined ? frontend : mergeFrontend(other, frontend));
  }
  return [...merged.values()];
}

function mergeFrontend(a: FrontendStatus, b: FrontendStatus): FrontendStatus {
  const worst = STATE_ORDER.indexOf(b.state) < STATE_ORDER.indexOf(a.state) ? b : a;
  return { ...worst, connections: a.connections + b.connections };
}

function mergeBackends(backends: readonly BackendStatus[]): readonly BackendStatus[] {
  const merged = new Map<string, Map<string, ServerStatus>>();
  for (const { name, servers } of backends) {
    const known = merged.get(name) ?? new Map<string, ServerStatus>();
    merged.set(name, known);
    for (const server of servers) {
      const key = `${server.host} ${server.port}`;
      const other = known.get(key);
      known.set(key, other === undefined ? server : mergeServers(other, server));
    }
  }
  return [...merged].map(([name, servers]) => ({ name, servers: [...servers.values()] }));
}

/** Workers find out by themselves, each by its own connections: one that has reached the server knows better than one that has not. */
function mergeServers(a: ServerStatus, b: ServerStatus): ServerStatus {
  const order: readonly ServerStatus['state'][] = ['Up', 'Down', 'Unknown'];
  const better = order.indexOf(b.state) < order.indexOf(a.state) ? b : a;
  return { ...better, connections: a.connections + b.connections };
}

function certificates(served: LoadedConfig | null): readonly CertificateStatus[] {
  return [...(served?.certificates ?? [])].map(([name, { fingerprint, notAfter }]) => ({
    name,
    fingerprint,
    notAfter,
  }));
}
