/** What an API server says of the requests that it was asked: its audit log, which no client can leave anything out of. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** A request, as the audit log has it (`audit.k8s.io/v1`, level Metadata). */
export interface AuditedRequest {
  readonly auditID: string;
  /** A watch has an entry when it begins, and another one when it ends. */
  readonly stage: 'ResponseStarted' | 'ResponseComplete' | 'Panic';
  /** RFC 3339 with microseconds, as is `stageTimestamp`. */
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  /** As for RBAC: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb: string;
  readonly requestURI: string;
  readonly user: {
    readonly username: string;
    readonly extra?: Readonly<Record<string, readonly string[] | undefined>>;
  };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
  };
  readonly responseStatus?: { readonly code?: number; readonly reason?: string };
  readonly annotations?: { readonly 'authorization.k8s.io/decision'?: 'allow' | 'forbid' };
}

export interface AuditLog {
  /**
   * Requests since the log was opened that are wanted, in the order in which they ended; the latest may be missing for a moment.
   *
   * @param from how many of the first ones are left out; none if left out
   */
  requests(from?: number): readonly AuditedRequest[];
}

/**
 * Reads an audit log from its present end on.
 *
 * @param path `ControlPlane.auditLog`
 * @param isWanted which requests are kept; all if left out
 */
export function openAuditLog(
  path: string,
  isWanted: (request: AuditedRequest) => boolean = () => true,
): AuditLog {
  const wanted: AuditedRequest[] = [];
  let offset = statSync(path).size;
  return {
    requests(from = 0) {
      const added = readFrom(path, offset);
      const complete = added.subarray(0, added.lastIndexOf('\n') + 1);
      offset += complete.length;
      const lines = complete.toString().split('\n').slice(0, -1);
      wanted.push(...lines.map((line) => JSON.parse(line) as AuditedRequest).filter(isWanted));
      return wanted.slice(from);
    },
  };
}

const WRITING = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Whether a request was to change something, whatever became of it. */
export function isWrite({ verb, stage }: AuditedRequest): boolean {
  return WRITING.has(verb) && stage === 'ResponseComplete';
}

function readFrom(path: string, offset: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const content = Buffer.alloc(Math.max(0, statSync(path).size - offset));
    return content.subarray(0, readSync(file, content, 0, content.length, offset));
  } finally {
    closeSync(file);
  }
}
