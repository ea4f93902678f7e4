import { readFileSync } from 'node:fs';
import { layoutIn } from '../../cluster/control-plane/layout.ts';
import { controlPlaneFolder } from '../../cluster/lifecycle/folders.ts';
import { operatorNamespace } from './layout.ts';

/** A request, as the API server's audit log has it. */
export interface AuditEvent {
  readonly requestReceivedTimestamp: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: {
    readonly username: string;
    readonly extra?: { readonly 'authentication.kubernetes.io/pod-name'?: readonly string[] };
  };
  readonly annotations?: { readonly 'authorization.k8s.io/decision'?: 'allow' | 'forbid' };
}

const user = `system:serviceaccount:${operatorNamespace}:teamwork-proxy-operator`;

/** What the operator has asked of the API server since then. */
export function operatorRequests(since: Date): readonly AuditEvent[] {
  const lines = readFileSync(layoutIn(controlPlaneFolder()).auditLog, 'utf8').trimEnd().split('\n');
  return lines
    .filter((line) => line.includes(user))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter((event) => event.user.username === user && new Date(event.requestReceivedTimestamp) >= since);
}
