import { describe, expect, it } from '@jest/globals';
import { planInput } from '../testdata/inputs.ts';
import { plan } from './plan.ts';

/** Refusals of flows with these settings, on ports 443, 444 and so on. */
function refusals(loadBalancers: readonly object[], defaults: object = {}): readonly string[] {
  const spec = {
    loadBalancer: defaults,
    frontends: loadBalancers.map((loadBalancer, index) => ({
      name: `flow-${index}`,
      port: 443 + index,
      protocol: 'TCP',
      backend: 'servers',
      loadBalancer,
    })),
    backends: [{ name: 'servers', protocol: 'TCP', servers: [{ host: 'a', port: 1 }] }],
  };
  return plan(planInput(spec)).refusals.map(({ path, reason }) => `${path}: ${reason}`);
}

const PATH = 'spec.frontends[flow-0].loadBalancer';

describe('what a provider can not be asked for', () => {
  it.each([
    ['MetalLB', { addressName: 'a' }, [`${PATH}.addressName: SettingNotSupported`]],
    ['MetalLB', { scope: 'Public' }, [`${PATH}.scope: SettingNotSupported`]],
    ['KubeVip', { sharingKey: 'a' }, [`${PATH}.sharingKey: SettingNotSupported`]],
    ['AWS', { address: '192.0.2.10' }, [`${PATH}.address: AddressNotSupported`]],
    ['AWS', { address: '10.0.0.10' }, []],
    ['GCP', { address: '10.0.0.10' }, [`${PATH}.address: AddressNotSupported`]],
    ['GCP', { addressName: 'a', scope: 'Internal' }, []],
    ['OpenStack', { addressName: 'a' }, [`${PATH}.addressName: SettingNotSupported`]],
    ['None', { addressName: 'a', scope: 'Internal' }, []],
  ])('%s %o', (provider, settings, expected) => {
    expect(refusals([{ provider, ...settings }])).toEqual(expected);
  });

  it('is told where the provider is that of the whole resource', () => {
    expect(refusals([{ address: '192.0.2.10' }], { provider: 'GCP' })).toEqual([
      `${PATH}.address: AddressNotSupported`,
    ]);
  });

  it.each([
    ['AWS', { addressName: 'eipalloc-1' }, ['spec.frontends[flow-1].loadBalancer.address: AddressNotShared']],
    [
      'OpenStack',
      { address: '192.0.2.10' },
      ['spec.frontends[flow-1].loadBalancer.address: AddressNotShared'],
    ],
    ['Azure', { addressName: 'twc' }, []],
    ['KubeVip', { address: '192.0.2.10' }, []],
  ])('%s: one address for two flows', (provider, settings, expected) => {
    expect(
      refusals([
        { provider, ...settings },
        { provider, ...settings },
      ]),
    ).toEqual(expected);
  });
});
