import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { TeamworkProxy } from '../api/resource.ts';
import { exposeCertificates } from './certificate-metrics.ts';
import { proxyWith } from './testdata/inputs.ts';

describe('the metric of certificates', () => {
  it('shows when each that is served expires, as long as its resource is there', async () => {
    const registry = new Registry();
    const proxy: TeamworkProxy = {
      ...proxyWith({}),
      status: {
        certificates: [
          { name: 'public', state: 'Valid', notAfter: '2027-01-01T00:00:00Z' },
          { name: 'missing', state: 'Missing' },
        ],
      },
    };
    const proxies = [proxy];
    exposeCertificates(registry, () => proxies);
    const lines = async () => (await registry.metrics()).split('\n').filter((line) => /^[^#]/.test(line));

    expect(await lines()).toEqual([
      'teamworkproxy_certificate_expiration_timestamp_seconds{namespace="mcs",name="twc",certificate="public"} 1798761600',
    ]);
    proxies.pop();
    expect(await lines()).toEqual([]);
  });
});
