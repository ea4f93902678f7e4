import { describe, expect, it } from '@jest/globals';
import type { NetworkPolicy } from '../../kube/types.ts';
import { plan } from '../plan/plan.ts';
import { LAYER7, planInput } from '../testdata/inputs.ts';
import { renderNetworkPolicy, renderNodePolicy } from './network-policy.ts';

const OPERATOR = 'teamwork-proxy-system';
const DNS = { ports: expect.arrayContaining([{ protocol: 'UDP', port: 53 }]) };

function policy(
  networkPolicy: object,
  backends: readonly object[] = [SERVER],
  sourceRanges: readonly string[] = ['192.0.2.0/24'],
): NetworkPolicy | null {
  const spec = {
    networkPolicy,
    frontends: [{ name: 'flow', protocol: 'TCP', backend: 'b0', loadBalancer: { sourceRanges } }],
    backends: backends.map((backend, index) => ({ name: `b${index}`, protocol: 'TCP', ...backend })),
  };
  return renderNetworkPolicy(plan(planInput(spec)), OPERATOR);
}

const SERVER = { servers: [{ host: '198.51.100.1', port: 10_002 }] };

function namespace(name: string): object {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}

describe('the NetworkPolicy of the pods', () => {
  it('lets clients in from their ranges, and every namespace in to metrics and status', () => {
    expect(policy({})?.spec).toMatchObject({
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ ipBlock: { cidr: '192.0.2.0/24' } }],
          ports: [{ protocol: 'TCP', port: 10_001 }],
        },
        { from: [{ namespaceSelector: {} }], ports: [{ protocol: 'TCP', port: 9901 }] },
      ],
    });
  });

  it('lets everybody in where the list of ranges is empty, without a list that the API server would leave out', () => {
    const [flow] = policy({}, [SERVER], [])?.spec?.ingress ?? [];

    expect(flow).toEqual({ ports: [{ protocol: 'TCP', port: 10_001 }] });
  });

  it('lets only the given namespaces and the operator in to metrics and status', () => {
    const [, admin] = policy({ adminNamespaces: ['monitoring', OPERATOR] })?.spec?.ingress ?? [];

    expect(admin?.from).toEqual([namespace(OPERATOR), namespace('monitoring')]);
  });

  it('lets the pods out to DNS and the servers alone, if that is wanted', () => {
    const networkPolicy = { egress: 'BackendsOnly', egressRanges: ['203.0.113.0/24'] };
    const backends = [
      SERVER,
      { servers: [{ host: '2001:db8::1', port: 443 }] },
      {
        servers: [
          { host: 'a.internal', port: 444 },
          { host: 'b.internal', port: 444 },
        ],
      },
      { service: { name: 'twc', port: 8443 } },
      { service: { name: 'twc', namespace: 'other', port: 8443 } },
    ];

    expect(policy(networkPolicy, backends)?.spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        DNS,
        { to: [{ ipBlock: { cidr: '198.51.100.1/32' } }], ports: [{ protocol: 'TCP', port: 10_002 }] },
        { to: [{ ipBlock: { cidr: '2001:db8::1/128' } }], ports: [{ protocol: 'TCP', port: 443 }] },
        { to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ protocol: 'TCP', port: 444 }] },
        { to: [namespace('mcs')] },
        { to: [namespace('other')] },
      ],
    });
    expect(policy(networkPolicy, backends)?.spec?.egress).toHaveLength(6);
  });

  it('is none where none is wanted', () => {
    expect(policy({ mode: 'Off' })).toBeNull();
  });
});

describe('egress to the backends only', () => {
  const refused = (networkPolicy: object, host: string) =>
    plan(
      planInput({
        networkPolicy,
        frontends: [{ name: 'flow', protocol: 'TCP', backend: 'b' }],
        backends: [{ name: 'b', protocol: 'TCP', servers: [{ host, port: 1 }] }],
      }),
    ).refusals;

  it('is refused as long as it is not known where servers with a name are', () => {
    expect(refused({ egress: 'BackendsOnly' }, 'a.internal')).toEqual([
      {
        path: 'spec.networkPolicy.egressRanges',
        reason: 'EgressUnknown',
        message:
          'a NetworkPolicy knows addresses only, and a.internal are names; give the ranges that they are in, or set egress: Open',
      },
    ]);
  });

  it.each([
    ['their ranges are given', { egress: 'BackendsOnly', egressRanges: ['192.0.2.0/24'] }, 'a.internal'],
    ['they have addresses', { egress: 'BackendsOnly' }, '192.0.2.1'],
    ['everything may be reached', {}, 'a.internal'],
    ['there is no policy', { mode: 'Off', egress: 'BackendsOnly' }, 'a.internal'],
  ])('is not refused if %s', (_, networkPolicy, host) => {
    expect(refused(networkPolicy, host)).toEqual([]);
  });
});

describe('the NetworkPolicy of Teamwork Cloud pods', () => {
  const policyOf = (cloud: object) =>
    renderNodePolicy(plan(planInput({ ...LAYER7, teamworkCloud: { ...LAYER7.teamworkCloud, ...cloud } })));

  it('closes their unencrypted port to all but the proxy, themselves and who needs it, and no other port', () => {
    const protectedPods = { labels: { app: 'twc' }, allowed: [{ labels: { app: 'wap' } }] };

    const { metadata, spec } = policyOf({ protectedPods }) ?? {};

    expect(metadata?.name).toBe('twc-nodes');
    expect(spec?.podSelector).toEqual({ matchLabels: { app: 'twc' } });
    const [closed, open] = spec?.ingress ?? [];
    expect(closed).toEqual({
      from: [
        { 'app.kubernetes.io/name': 'teamwork-proxy', 'app.kubernetes.io/instance': 'twc' },
        { app: 'twc' },
        { app: 'wap' },
      ].map((matchLabels) => ({ podSelector: { matchLabels } })),
      ports: [{ protocol: 'TCP', port: 3579 }],
    });
    const tcp = open?.ports?.filter(({ protocol }) => protocol === 'TCP');
    expect(tcp).toEqual([
      { protocol: 'TCP', port: 1, endPort: 3578 },
      { protocol: 'TCP', port: 3580, endPort: 65_535 },
    ]);
    expect(open?.from).toBeUndefined();
  });

  it('is none where none is wanted', () => {
    expect(policyOf({})).toBeNull();
  });
});
