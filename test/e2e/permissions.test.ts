import { describe, expect, it } from '@jest/globals';
import { operatorRequests } from './support/audit.ts';
import { operatorPods } from './support/operator.ts';

describe('the permissions that the chart gives', () => {
  it('are enough for everything that the operator has done', async () => {
    const pods = (await operatorPods()).map(({ metadata }) => metadata.name);

    // Not those of pods that are gone: `helm uninstall` takes the permissions away before the pod.
    const requests = operatorRequests(new Date(0)).filter(({ user }) =>
      user.extra?.['authentication.kubernetes.io/pod-name']?.some((name) => pods.includes(name)),
    );

    const refused = requests.filter(
      ({ annotations }) => annotations?.['authorization.k8s.io/decision'] !== 'allow',
    );
    expect(requests.length).toBeGreaterThan(0);
    expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
  });
});
