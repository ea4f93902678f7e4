import { describe, expect, it } from '@jest/globals';
import { plan } from './plan/plan.ts';
import { reachablePods } from './reachable-pods.ts';
import { planInput, PUBLIC_CERTIFICATE } from './testdata/inputs.ts';

function findings(teamOne: object, rest: object = {}): readonly (readonly [string, string])[] {
  const spec = {
    certificates: [PUBLIC_CERTIFICATE],
    teamOne: { hostname: 'teamone.example.com', ...teamOne },
    ...rest,
  };
  return reachablePods(plan(planInput(spec))).map(({ path, reason }) => [path, reason]);
}

const NAMED = { allowedHosts: ['tm1.example.com'] };
const FOUND = [['spec.teamOne.refusedAddresses', 'PodsNotRefused']];

describe('names that may lead to pods', () => {
  it('are told of', () => {
    expect(findings(NAMED)).toEqual(FOUND);
    expect(findings({ servers: [{ host: 'tm1.example.com' }] })).toEqual(FOUND);
  });

  it.each([
    ['the range of the pods is refused', { ...NAMED, refusedAddresses: ['10.244.0.0/16'] }, {}],
    ['all is below a wildcard', { allowedHosts: ['*.example.com'] }, {}],
    ['addresses are given', { servers: [{ host: '192.0.2.5' }] }, {}],
    [
      'a NetworkPolicy keeps the proxy from them',
      NAMED,
      { networkPolicy: { egress: 'BackendsOnly', egressRanges: ['192.0.2.0/24'] } },
    ],
  ])('are none where %s', (_, teamOne, rest) => {
    expect(findings(teamOne, rest)).toEqual([]);
  });

  it('are told of with a NetworkPolicy that is not made', () => {
    expect(findings(NAMED, { networkPolicy: { mode: 'Off', egress: 'BackendsOnly' } })).toEqual(FOUND);
  });

  it('are told of at the route of a frontend', () => {
    const web = {
      name: 'web',
      protocol: 'HTTPS',
      certificates: ['public'],
      routes: [{ paths: ['/to'], forward: NAMED }],
    };
    const given = planInput({ certificates: [PUBLIC_CERTIFICATE], frontends: [web] });

    expect(reachablePods(plan(given)).map(({ path }) => path)).toEqual([
      'spec.frontends[web].routes[0].forward.refusedAddresses',
    ]);
  });
});
