import { describe, expect, it } from '@jest/globals';
import { replaceHosts } from '../../standalone/hosts.ts';
import { formatFlows } from '../../standalone/report/flows.ts';
import { renderConfig } from '../render/config.ts';
import { planInput, PUBLIC_CERTIFICATE } from '../testdata/inputs.ts';
import { plan } from './plan.ts';

const SERVERS = [{ host: 'tm1.example.com', port: 8010 }, { host: 'other.example.com' }];

function planned(teamOne: object = {}) {
  return plan(
    planInput({
      certificates: [PUBLIC_CERTIFICATE],
      teamOne: { hostname: 'teamone.example.com', servers: SERVERS, ...teamOne },
    }),
  );
}

describe('servers of a TeamOne gateway', () => {
  it('are told to the proxy: what requests may name, and what is to be watched', () => {
    const { frontends, backends } = renderConfig(
      planned({ refusedAddresses: ['10.244.0.0/16'] }),
      () => ({ address: '::', port: 10_001, publicPort: 443 }),
      { chainFile: String, keyFile: String, authorityFile: String },
    );

    expect(frontends[0]?.routes[0]).toMatchObject({
      forward: { allowedHosts: ['tm1.example.com:8010', 'other.example.com:443'] },
    });
    expect(frontends[0]?.routes[0]?.backend).toBeUndefined();
    expect(backends).toEqual([
      expect.objectContaining({
        name: 'teamone',
        servers: [
          { host: 'tm1.example.com', port: 8010 },
          { host: 'other.example.com', port: 443 },
        ],
        tls: { verify: 'Chain', trustFiles: [], pinnedSha256: [] },
        addresses: { allowedAddresses: [], refusedAddresses: ['10.244.0.0/16'] },
        health: expect.objectContaining({ active: expect.objectContaining({ protocol: 'TLS' }) }),
      }),
    ]);
  });

  it('stand beside their flow', () => {
    const { flows } = planned();

    expect(flows.map(({ backends }) => backends)).toEqual([['teamone']]);
    expect(formatFlows(planned(), new Map())).toContain(
      'teamone (tm1.example.com:8010, other.example.com:443)',
    );
  });

  it('are not there where none is known by name', () => {
    const { flows, backends } = planned({ servers: [], allowedHosts: ['*.example.com'] });

    expect(flows.map(({ backends }) => backends)).toEqual([[]]);
    expect(backends).toEqual([]);
  });

  it('are looked up by their names even where a host is given another address here', () => {
    const before = planned();

    const { backends, refusals } = replaceHosts(before, new Map([['tm1.example.com', ['127.0.0.5']]]));

    expect(backends).toEqual(before.backends);
    expect(refusals).toEqual(before.refusals);
  });
});
