import { describe, expect, it } from '@jest/globals';
import { operatorRequests } from './support/audit.ts';
import { operatorPods } from './support/operator.ts';

describe('the permissions that the chart gives', () => {
  it('are enough for everything that the operator has done', async () => {
    const started = (await operatorPods()).map(({ metadata }) =>
      Date.parse(metadata.creationTimestamp ?? ''),
    );

    const requests = operatorRequests(new Date(Math.min(...started)));

    const refused = requests.filter(
      ({ annotations }) => annotations?.['authorization.k8s.io/decision'] !== 'allow',
    );
    expect(requests.length).toBeGreaterThan(0);
    expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
  });
});
