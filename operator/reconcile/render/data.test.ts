import { describe, expect, it } from '@jest/globals';
import type { ProxyConfig } from '../../../proxy-image/config/types.ts';
import { plan } from '../plan/plan.ts';
import { planInput } from '../testdata/inputs.ts';
import { renderConfigMap } from './data.ts';

const LOCAL = { sourceRanges: ['192.0.2.0/24'] };
const CLUSTER = { ...LOCAL, externalTrafficPolicy: 'Cluster' };
const trusted = ['198.51.100.0/24'];

describe('the ranges that the proxy itself holds clients to', () => {
  it.each([
    ['are those of the load balancer', LOCAL, {}, ['192.0.2.0/24']],
    ['are none where nodes hide the clients', CLUSTER, {}, undefined],
    [
      'are none where only some connections tell the client',
      CLUSTER,
      { accept: 'Optional', trusted },
      undefined,
    ],
    ['are there where every connection tells it', CLUSTER, { accept: 'Required', trusted }, ['192.0.2.0/24']],
    ['are none where there are none', {}, {}, undefined],
  ])('%s', (_what, loadBalancer, proxyProtocol, expected) => {
    const spec = {
      frontends: [{ name: 'flow', protocol: 'TCP', backend: 'servers', loadBalancer, proxyProtocol }],
      backends: [{ name: 'servers', protocol: 'TCP', servers: [{ host: 'a', port: 1 }] }],
    };

    const { object } = renderConfigMap(plan(planInput(spec)));

    const config = JSON.parse(object.data?.['config.json'] ?? '') as ProxyConfig;
    expect(config.frontends[0]?.sourceRanges).toEqual(expected);
  });
});
