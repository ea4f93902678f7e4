import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { layoutIn } from '../cluster/control-plane/layout.ts';
import { controlPlaneFolder } from '../cluster/lifecycle/folders.ts';
import { operatorNamespace } from './support/layout.ts';
import { operatorPods } from './support/operator.ts';

/** A request, as the API server's audit log has it. */
interface AuditEvent {
  readonly requestReceivedTimestamp: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly annotations?: { readonly 'authorization.k8s.io/decision'?: 'allow' | 'forbid' };
}

describe('the permissions that the chart gives', () => {
  it('are enough for everything that the operator has done', async () => {
    const user = `system:serviceaccount:${operatorNamespace}:teamwork-proxy-operator`;
    const started =
      (await operatorPods()).map(({ metadata }) => metadata.creationTimestamp ?? '').toSorted()[0] ?? '';
    const lines = readFileSync(layoutIn(controlPlaneFolder()).auditLog, 'utf8').trimEnd().split('\n');

    const requests = lines
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter((event) => event.user.username === user && event.requestReceivedTimestamp >= started);

    const refused = requests.filter(
      ({ annotations }) => annotations?.['authorization.k8s.io/decision'] !== 'allow',
    );
    expect(requests.length).toBeGreaterThan(0);
    expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
  });
});
