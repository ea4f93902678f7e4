import { describe, expect, it } from '@jest/globals';
import type { Service } from '../kube/types.ts';
import { addressHolders } from './address-holders.ts';
import { plan } from './plan/plan.ts';
import { LAYER7, planInput } from './testdata/inputs.ts';

function service(name: string, ...addresses: readonly string[]): Service {
  return {
    metadata: { namespace: 'other', name },
    status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
  };
}

const planned = plan(
  planInput({
    ...LAYER7,
    teamworkCloud: { ...LAYER7.teamworkCloud, addresses: { web: '192.0.2.1', client: '2001:db8:0::2' } },
  }),
);

describe('addressHolders', () => {
  it('finds who has what was asked for and not given', async () => {
    const all = [service('a', '192.0.2.9'), service('b', '192.0.2.1', '2001:db8::2')];
    const services = new Map([['web', service('web', '192.0.2.8')]]);

    const holders = await addressHolders(planned, services, { loadBalancers: async () => all });

    expect([...holders]).toEqual([
      ['192.0.2.1', 'other/b'],
      ['2001:db8:0::2', 'other/b'],
    ]);
  });

  it('does not take a flow’s own Service for another that has its address, by a list from when it had it', async () => {
    const all = [service('web', '192.0.2.1'), service('b', '192.0.2.1')];
    const services = new Map([['web', service('web')]]);

    const holders = await addressHolders(planned, services, { loadBalancers: async () => all });

    expect(holders.get('192.0.2.1')).toBe('other/b');
  });

  it('asks nobody when all was given', async () => {
    const services = new Map([
      ['web', service('web', '192.0.2.1')],
      ['client', service('client', '2001:db8::2')],
    ]);
    const loadBalancers = async (): Promise<never> => {
      throw new Error('asked for nothing');
    };

    expect(await addressHolders(planned, services, { loadBalancers })).toEqual(new Map());
  });
});
