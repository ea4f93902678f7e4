/** Every status that an operator has written to an API server, by the server's audit log. */
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TeamworkProxy } from '../../operator/api/resource.ts';
import { projectFolder } from '../cluster/paths.ts';

/** An entry of the audit log, as far as it is looked at here. */
interface StatusWrite {
  readonly stage: string;
  readonly objectRef?: { readonly resource: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly responseObject?: TeamworkProxy;
}

/** Where the statuses are kept that the last run of a suite has produced. */
const folder = join(projectFolder, 'build/statuses');

/**
 * One resource for each kind of status in an audit log, the first that was written. Statuses are of one kind when their conditions have
 * equal statuses and reasons.
 */
export async function writtenStatuses(auditLog: string): Promise<ReadonlyMap<string, TeamworkProxy>> {
  const found = new Map<string, TeamworkProxy>();
  for await (const line of createInterface({ input: createReadStream(auditLog) })) {
    if (!line.includes('"subresource":"status"') || !line.includes('"responseObject"')) continue;
    const proxy = statusOf(JSON.parse(line) as StatusWrite);
    if (proxy !== undefined && !found.has(kindOfStatus(proxy))) found.set(kindOfStatus(proxy), proxy);
  }
  return found;
}

function statusOf({
  stage,
  objectRef,
  responseStatus,
  responseObject,
}: StatusWrite): TeamworkProxy | undefined {
  const isSo =
    stage === 'ResponseComplete' && objectRef?.resource === 'teamworkproxies' && responseStatus?.code === 200;
  return isSo ? responseObject : undefined;
}

/** What kind of status a resource has, as one line of text. */
export function kindOfStatus({ metadata, status }: TeamworkProxy): string {
  const conditions = (status?.conditions ?? []).map(
    ({ type, status, reason }) => `${type}=${status}/${reason}`,
  );
  const isPresent = status?.observedGeneration === metadata.generation;
  return [isPresent ? 'present' : 'former', ...conditions].join(' ');
}

/** Keeps the statuses of a suite's run for whoever looks at them later. */
export async function keepStatuses(suite: string, auditLog: string): Promise<void> {
  const statuses = await writtenStatuses(auditLog);
  mkdirSync(folder, { recursive: true });
  writeFileSync(keptFile(suite), JSON.stringify([...statuses.values()], null, 1));
}

/** The statuses that were kept of a suite's last run in this checkout; none if there was no run. */
export function keptStatuses(suite: string): readonly TeamworkProxy[] {
  const file = keptFile(suite);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TeamworkProxy[]) : [];
}

function keptFile(suite: string): string {
  return join(folder, `${suite}.json`);
}
