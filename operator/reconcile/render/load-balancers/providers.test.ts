import { describe, expect, it } from '@jest/globals';
import type { LoadBalancerProvider } from '../../../api/spec/load-balancer.ts';
import type { Service } from '../../../kube/types.ts';
import { plan } from '../../plan/plan.ts';
import { planInput } from '../../testdata/inputs.ts';
import { renderService } from '../service.ts';

/** The Services of flows with these settings, on ports 443, 444 and so on. */
function services(...loadBalancers: readonly object[]): readonly Service[] {
  const planned = plan(
    planInput({
      frontends: loadBalancers.map((loadBalancer, index) => ({
        name: `flow-${index}`,
        port: 443 + index,
        protocol: 'TCP',
        backend: 'servers',
        loadBalancer,
      })),
      backends: [{ name: 'servers', protocol: 'TCP', servers: [{ host: 'a', port: 1 }] }],
    }),
  );
  return planned.flows.map((flow) => renderService(planned, flow));
}

const AWS = 'service.beta.kubernetes.io/aws-load-balancer';
const AZURE = 'service.beta.kubernetes.io/azure';

describe('what a provider is asked for', () => {
  it.each<[LoadBalancerProvider, object, object]>([
    ['MetalLB', {}, {}],
    ['MetalLB', { address: '192.0.2.10' }, { 'metallb.io/loadBalancerIPs': '192.0.2.10' }],
    ['MetalLB', { sharingKey: 'twc' }, { 'metallb.io/allow-shared-ip': 'twc' }],
    ['Cilium', { address: '2001:db8::10' }, { 'lbipam.cilium.io/ips': '2001:db8::10' }],
    ['Cilium', { sharingKey: 'twc' }, { 'lbipam.cilium.io/sharing-key': 'twc' }],
    ['KubeVip', { address: '192.0.2.10' }, { 'kube-vip.io/loadbalancerIPs': '192.0.2.10' }],
    [
      'AWS',
      { addressName: 'eipalloc-1,eipalloc-2', scope: 'Public' },
      {
        [`${AWS}-type`]: 'external',
        [`${AWS}-nlb-target-type`]: 'instance',
        [`${AWS}-scheme`]: 'internet-facing',
        [`${AWS}-eip-allocations`]: 'eipalloc-1,eipalloc-2',
      },
    ],
    [
      'AWS',
      { address: '10.0.0.10', scope: 'Internal', class: 'service.k8s.aws/nlb' },
      { [`${AWS}-scheme`]: 'internal', [`${AWS}-private-ipv4-addresses`]: '10.0.0.10' },
    ],
    [
      'AWS',
      { address: 'fd00::10', class: 'service.k8s.aws/nlb' },
      { [`${AWS}-ip-address-type`]: 'dualstack', [`${AWS}-ipv6-addresses`]: 'fd00::10' },
    ],
    [
      'Azure',
      { address: '10.0.0.10', scope: 'Internal' },
      { [`${AZURE}-load-balancer-internal`]: 'true', [`${AZURE}-load-balancer-ipv4`]: '10.0.0.10' },
    ],
    ['Azure', { address: '2001:db8::10' }, { [`${AZURE}-load-balancer-ipv6`]: '2001:db8::10' }],
    [
      'Azure',
      { addressName: 'twc-web', scope: 'Public' },
      { [`${AZURE}-load-balancer-internal`]: 'false', [`${AZURE}-pip-name`]: 'twc-web' },
    ],
    [
      'GCP',
      { addressName: 'twc-web', scope: 'Internal' },
      {
        'networking.gke.io/load-balancer-type': 'Internal',
        'networking.gke.io/load-balancer-ip-addresses': 'twc-web',
      },
    ],
    ['GCP', { scope: 'Public' }, {}],
    [
      'OpenStack',
      { address: '192.0.2.10', scope: 'Internal' },
      {
        'service.beta.kubernetes.io/openstack-internal-load-balancer': 'true',
        'loadbalancer.openstack.org/keep-floatingip': 'true',
      },
    ],
    ['None', { address: '192.0.2.10' }, {}],
  ])('%s %o', (provider, settings, annotations) => {
    const [service] = services({ provider, ...settings });

    expect(service?.metadata?.annotations).toEqual(annotations);
  });

  it('stands beside the annotations that are given, which win', () => {
    const annotations = { 'metallb.io/loadBalancerIPs': '192.0.2.11,2001:db8::11', 'example.com/pool': 'a' };

    const [service] = services({ address: '192.0.2.10', annotations });

    expect(service?.metadata?.annotations).toEqual(annotations);
  });

  it('stands in a field that is deprecated only where there is no other way', () => {
    const asked = (provider: LoadBalancerProvider) =>
      services({ provider, address: '192.0.2.10' })[0]?.spec?.loadBalancerIP;

    expect(asked('OpenStack')).toBe('192.0.2.10');
    expect(asked('MetalLB')).toBeUndefined();
  });

  it.each([
    ['MetalLB', 'metallb.io/allow-shared-ip'],
    ['Cilium', 'lbipam.cilium.io/sharing-key'],
  ])('is one address for flows that ask %s for the same one, however it is spelled', (provider, key) => {
    const all = services(
      { provider, address: '2001:db8::10' },
      { provider, address: '2001:0db8:0::10' },
      { provider, address: '2001:db8::11' },
    );

    expect(all.map(({ metadata }) => metadata?.annotations?.[key])).toEqual([
      'mcs.twc',
      'mcs.twc',
      undefined,
    ]);
  });
});
