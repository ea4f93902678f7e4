import { describe, expect, it } from '@jest/globals';
import { applyDefaults } from '../schema/defaults.ts';
import { specSchema } from '../spec/spec.ts';
import type { TeamworkProxySpec } from '../spec/spec.ts';
import { expand, isOfTeamOne } from './expand.ts';
import { watchedBackends } from './team-one.ts';

function spec(teamOne: object, rest: object = {}): TeamworkProxySpec {
  return applyDefaults(specSchema.json, {
    teamOne: {
      hostname: 'teamone.example.com',
      allowedHosts: ['*.planning-analytics.ibmcloud.com'],
      ...teamOne,
    },
    certificates: [{ name: 'public', secretRef: { name: 'teamone-certificate' } }],
    ...rest,
  }) as TeamworkProxySpec;
}

function gatewayOf(teamOne: object): TeamworkProxySpec['frontends'][number] | undefined {
  return expand(spec(teamOne)).frontends[0];
}

describe('the TeamOne shorthand', () => {
  it('is one HTTPS flow that forwards what names an allowed host, and nothing else', () => {
    const { frontends, backends } = expand(spec({ oauthAllowedHosts: ['login.example.com'] }));

    expect(backends).toEqual([]);
    expect(frontends).toHaveLength(1);
    expect(frontends[0]).toMatchObject({
      name: 'teamone',
      protocol: 'HTTPS',
      port: 443,
      hostnames: ['teamone.example.com'],
      certificates: ['public'],
      routes: [
        {
          paths: ['/'],
          forward: {
            protocol: 'HTTPS',
            allowedHosts: ['*.planning-analytics.ibmcloud.com'],
            oauthAllowedHosts: ['login.example.com'],
            cookies: { sameSite: 'None', partitioned: false },
          },
        },
      ],
    });
    expect(frontends[0]?.backend).toBeUndefined();
    expect(frontends[0]?.policies?.requireHttps).toBeUndefined();
  });

  it('lets pages of Google Sheets call with credentials, and answers each client so often', () => {
    expect(gatewayOf({})?.policies).toMatchObject({
      cors: {
        origins: ['https://docs.google.com', 'https://script.google.com', 'https://*.googleusercontent.com'],
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        credentials: true,
      },
      rateLimit: { requests: 1200, per: '1m', burst: 300, key: 'Source' },
      requestFilter: { methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] },
    });
  });

  it.each([
    [{}, true],
    [{ oauthAllowedHosts: ['login.example.com'] }, false],
    [{ partitionedCookies: false }, false],
    [{ oauthAllowedHosts: ['login.example.com'], partitionedCookies: true }, true],
  ])('with %j keeps sessions for the page that began them: %s', (given, partitioned) => {
    expect(gatewayOf(given)?.routes[0]?.forward?.cookies).toEqual({ sameSite: 'None', partitioned });
  });

  it('takes the origins and the limit that are given', () => {
    const rateLimit = { requests: 10, key: 'Cookie', name: 'TM1SessionId' };
    const policies = gatewayOf({ origins: ['https://sheets.example.com'], rateLimit })?.policies;

    expect(policies?.cors?.origins).toEqual(['https://sheets.example.com']);
    expect(policies?.rateLimit).toEqual({ ...rateLimit, per: '1m' });
  });

  it('behind a load balancer believes it alone, and serves nothing that did not come by HTTPS', () => {
    expect(gatewayOf({ tls: 'LoadBalancer', trustedSources: ['10.0.0.0/8'] })).toMatchObject({
      protocol: 'HTTP',
      port: 80,
      certificates: [],
      trustedSources: ['10.0.0.0/8'],
      policies: { requireHttps: { action: 'Redirect' } },
    });
    expect(gatewayOf({ tls: 'LoadBalancer', trustedSources: ['10.0.0.0/8'], port: 8080 })?.port).toBe(8080);
  });

  it('asks for its address, goes to no pod, and trusts authorities of one’s own', () => {
    const gateway = gatewayOf({
      address: '192.0.2.20',
      trust: ['company'],
      certificate: 'other',
      refusedAddresses: ['10.244.0.0/16'],
    });

    expect(gateway?.loadBalancer.address).toBe('192.0.2.20');
    expect(gateway?.certificates).toEqual(['other']);
    expect(gateway?.routes[0]?.forward?.refusedAddresses).toEqual(['10.244.0.0/16']);
    expect(gateway?.routes[0]?.forward?.tls?.trust).toEqual(['company']);
  });

  it('has its servers watched, each once, and lets requests name them', () => {
    const servers = [
      { host: 'TM1.example.com.', port: 8010 },
      { host: 'tm1.example.com', port: 8010 },
      { host: 'tm1.example.com' },
      { host: 'fd00::5', port: 8010 },
    ];
    const given = spec({
      servers,
      allowedHosts: ['*.example.net', 'tm1.example.com:443'],
      trust: ['company'],
    });
    const { frontends, backends } = expand(given);

    expect(frontends[0]?.routes[0]?.forward?.allowedHosts).toEqual([
      'tm1.example.com:8010',
      'tm1.example.com:443',
      '[fd00::5]:8010',
      '*.example.net',
    ]);
    expect(backends).toEqual([
      expect.objectContaining({
        name: 'teamone',
        protocol: 'HTTPS',
        servers: [
          { host: 'tm1.example.com', port: 8010 },
          { host: 'tm1.example.com', port: 443 },
          { host: 'fd00::5', port: 8010 },
        ],
        tls: { verify: 'Chain', trust: ['company'], pinnedSha256: [] },
        health: expect.objectContaining({ active: expect.objectContaining({ protocol: 'TLS' }) }),
      }),
    ]);
    expect(watchedBackends(given, 'teamone')).toEqual(['teamone']);
    expect(watchedBackends(given, 'other')).toEqual([]);
    expect(watchedBackends(spec({}), 'teamone')).toEqual([]);
  });

  it('gives way to a frontend of its name, and stands beside others', () => {
    const own = {
      name: 'teamone',
      protocol: 'HTTPS',
      certificates: ['public'],
      redirects: [{ from: '/', to: '/a' }],
    };
    const other = { ...own, name: 'other' };
    const replaced = spec({}, { frontends: [own] });
    const beside = spec({}, { frontends: [other] });

    expect(expand(replaced).frontends.map(({ name, routes }) => [name, routes.length])).toEqual([
      ['teamone', 0],
    ]);
    expect(isOfTeamOne(replaced, 'teamone')).toBe(false);
    expect(expand(beside).frontends.map(({ name }) => name)).toEqual(['teamone', 'other']);
    expect([isOfTeamOne(beside, 'teamone'), isOfTeamOne(beside, 'other')]).toEqual([true, false]);
  });
});
