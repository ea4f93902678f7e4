import { describe, expect, it } from '@jest/globals';
import { LAYER7, planInput } from '../testdata/inputs.ts';
import { isLocal } from './local-network.ts';
import { plan } from './plan.ts';

describe('an address of a local network', () => {
  it.each([
    ['10.0.0.1', true],
    ['172.15.255.255', false],
    ['172.16.0.1', true],
    ['172.31.255.255', true],
    ['172.32.0.0', false],
    ['192.168.1.1', true],
    ['100.63.255.255', false],
    ['100.64.0.1', true],
    ['100.127.255.255', true],
    ['100.128.0.0', false],
    ['169.254.1.1', true],
    ['192.0.2.10', false],
    ['fd00::1', true],
    ['fe80::1', true],
    ['2001:db8::1', false],
    ['lb-1.elb.example.net', false],
  ])('%s: %s', (address, expected) => {
    expect(isLocal(address)).toBe(expected);
  });

  it.each([
    ['HTTPS', '10.0.0.1', 1],
    ['HTTPS', '192.0.2.10', 0],
    ['TLS', '10.0.0.1', 0],
  ])('is told of a flow with protocol %s and address %s: %s', (protocol, address, count) => {
    const layer7 = protocol === 'HTTPS';
    const spec = {
      ...LAYER7,
      frontends: [{ name: 'tm1', protocol, certificates: ['public'], backend: layer7 ? 'webapp' : 'client' }],
    };
    const addresses = new Map([
      ['tm1', address],
      ['web', '10.0.0.2'],
    ]);

    const { findings } = plan(planInput(spec, { addresses }));

    const found = findings.filter(({ reason }) => reason === 'LocalNetworkAddress');
    expect(found.map(({ path }) => path)).toEqual(
      Array.from({ length: count }, () => 'spec.frontends[tm1].loadBalancer'),
    );
  });

  it('is told of a gateway that pages of Google Sheets call', () => {
    const teamOne = { hostname: 'teamone.example.com', allowedHosts: ['tm1.example.com'] };
    const addresses = new Map([['teamone', '10.0.0.1']]);

    const { findings } = plan(planInput({ certificates: LAYER7.certificates, teamOne }, { addresses }));

    const found = findings.filter(({ reason }) => reason === 'LocalNetworkAddress');
    expect(found.map(({ path }) => path)).toEqual(['spec.teamOne.address']);
  });
});
