import { describe, expect, it } from '@jest/globals';
import { applyDefaults } from '../schema/defaults.ts';
import { specSchema } from '../spec/spec.ts';
import type { TeamworkProxySpec } from '../spec/spec.ts';
import { expand } from './expand.ts';

const CLOUD = {
  release: '2026x',
  hostname: 'twc.example.com',
  servers: [{ host: 'twc-0' }, { host: 'twc-1' }],
};

function spec(teamworkCloud: object, rest: object = {}): TeamworkProxySpec {
  const certificates = [{ name: 'public', secretRef: { name: 'twc-keystore' } }];
  return applyDefaults(specSchema.json, {
    teamworkCloud: { ...CLOUD, ...teamworkCloud },
    certificates,
    ...rest,
  }) as TeamworkProxySpec;
}

describe('the flows of the Teamwork Cloud shorthand', () => {
  const license = { licenseServer: { host: 'lic' } };

  it.each([
    ['Layer4', '2026x', {}, ['webapp', 'rest', 'client']],
    ['Layer4', '2026x', license, ['webapp', 'rest', 'client', 'license']],
    ['Layer4', '2021x', {}, ['webapp', 'rest', 'authserver', 'client']],
    ['Layer7Hybrid', '2026x', {}, ['web', 'client']],
    ['Layer7Hybrid', '2022x', license, ['web', 'client', 'license']],
    ['Layer7Hybrid', '2021x', license, ['web', 'client', 'license']],
  ])('%s of release %s with %j', (topology, release, more, flows) => {
    const { frontends } = expand(spec({ topology, release, ...more }));

    expect(frontends.map(({ name }) => name)).toEqual(flows);
    expect(frontends.map(({ port }) => port)).toEqual(flows.map(() => 443));
  });

  it.each(['Layer4', 'Layer7Hybrid'])('take bodies of up to 100 MiB with topology %s', (topology) => {
    const { frontends } = expand(spec({ topology }));

    expect(new Set(frontends.map(({ limits }) => limits.bodySize))).toEqual(new Set(['100Mi']));
  });

  it('has its policies on the web flow', () => {
    const { frontends } = expand(spec({ policies: { hsts: { maxAge: '5m' } } }));

    expect(frontends.map(({ name, policies }) => [name, policies])).toEqual([
      ['web', { hsts: { maxAge: '5m', includeSubDomains: false, preload: false } }],
      ['client', undefined],
    ]);
  });

  it('gives each further port of the licence server a flow of its own', () => {
    const { frontends, backends } = expand(spec({ licenseServer: { host: 'lic', ports: [1101, 27000] } }));

    expect(frontends.map(({ name }) => name)).toEqual(['web', 'client', 'license', 'license-27000']);
    expect(backends.find(({ name }) => name === 'license-27000')?.servers).toEqual([
      { host: 'lic', port: 27000 },
    ]);
  });
});

describe('the backends of the Teamwork Cloud shorthand', () => {
  it.each([
    ['webapp', 8443],
    ['rest', 8111],
    ['client', 10002],
  ])('%s is reached on port %d of every node', (name, port) => {
    const backend = expand(spec({ topology: 'Layer4' })).backends.find((entry) => entry.name === name);

    expect(backend?.servers).toEqual([
      { host: 'twc-0', port },
      { host: 'twc-1', port },
    ]);
    expect(backend).toMatchObject({ protocol: 'TCP', balance: 'SourceAddress' });
  });

  it('has the weights of the nodes', () => {
    const { backends } = expand(spec({ servers: [{ host: 'twc-0', weight: 0 }, { host: 'twc-1' }] }));

    for (const name of ['webapp', 'rest', 'client']) {
      const backend = backends.find((entry) => entry.name === name);
      expect(backend?.servers.map(({ host, weight }) => [host, weight])).toEqual([
        ['twc-0', 0],
        ['twc-1', undefined],
      ]);
    }
  });

  it('verifies the nodes against the served certificate and the public name', () => {
    const { backends } = expand(spec({ topology: 'Layer7Hybrid' }));

    for (const name of ['webapp', 'rest']) {
      expect(backends.find((entry) => entry.name === name)).toMatchObject({
        protocol: 'HTTPS',
        tls: { verify: 'Chain', trust: ['public'], serverName: 'twc.example.com' },
      });
    }
  });

  it('takes a Service in place of servers', () => {
    const { backends } = expand(spec({ servers: [], service: { name: 'twc', namespace: 'mcs' } }));

    expect(backends.find(({ name }) => name === 'rest')).toMatchObject({
      servers: [],
      service: { name: 'twc', namespace: 'mcs', port: 8111 },
    });
  });

  it.each([
    [{}, 10002, []],
    [{ client: { port: 10010 } }, 10010, []],
    [{ client: { encryption: 'Cleartext' } }, 3579, ['CleartextClient']],
  ])('the client flow with %j goes to port %d', (client, port, reasons) => {
    const { backends, findings } = expand(spec(client));

    expect(backends.find(({ name }) => name === 'client')?.servers[0]).toEqual({ host: 'twc-0', port });
    expect(findings.map(({ reason }) => reason)).toEqual(reasons);
  });
});

describe('the health checks of the Teamwork Cloud shorthand', () => {
  const license = { host: 'lic' };
  const TLS = { protocol: 'TLS' };
  const PING = { protocol: 'HTTPS', path: '/osmc/ping', expectedStatus: 200 };

  it.each([
    [{}, { webapp: TLS, rest: TLS, client: TLS }],
    [{ topology: 'Layer4' }, { webapp: TLS, rest: TLS, client: TLS }],
    [{ release: '2021x' }, { webapp: TLS, rest: TLS, authserver: TLS, client: TLS }],
    [{ client: { encryption: 'Cleartext' } }, { webapp: TLS, rest: TLS, client: { protocol: 'TCP' } }],
    [{ healthCheck: 'Ping' }, { webapp: TLS, rest: PING, client: TLS }],
    [
      { healthCheck: 'Ping', topology: 'Layer4' },
      { webapp: TLS, rest: PING, client: TLS },
    ],
    [{ healthCheck: 'Off' }, { webapp: undefined, rest: undefined, client: undefined }],
  ])('with %j ask the nodes, and never the licence server', (cloud, expected) => {
    const { backends } = expand(spec({ licenseServer: license, ...cloud }));

    const active = Object.fromEntries(backends.map(({ name, health }) => [name, health.active]));

    expect(active).toMatchObject(expected);
    expect(active['license']).toBeUndefined();
  });
});

describe('the paths of the web flow', () => {
  function routes(release: string, more: object = {}): ReadonlyMap<string, string | undefined> {
    const web = expand(spec({ release, ...more })).frontends.find(({ name }) => name === 'web');
    return new Map(
      (web?.routes ?? []).flatMap(({ paths, backend }) => paths.map((path) => [path, backend] as const)),
    );
  }

  it.each(['2021x', '2022x', '2024x', '2026x'])('of release %s lead to WebApp and REST', (release) => {
    const found = routes(release);

    expect(found.get('/webapp')).toBe('webapp');
    expect(found.get('/oslc')).toBe('webapp');
    expect(found.get('/oslc-selection-dialog')).toBe('webapp');
    expect(found.get('/osmc')).toBe('rest');
    expect(found.get('/authentication')).toBe(release === '2021x' ? 'authserver' : 'webapp');
    expect(found.has('/sysmlv2-api')).toBe(release === '2026x');
  });

  it('are joined by extra ones', () => {
    expect(routes('2024x', { extraPaths: ['/own'] }).get('/own')).toBe('webapp');
  });

  it('redirect / to the web application', () => {
    const web = expand(spec({})).frontends.find(({ name }) => name === 'web');

    expect(web?.redirects).toEqual([{ from: '/', to: '/webapp', status: 302 }]);
  });
});

describe('explicit entries beside the shorthand', () => {
  it('replace those of the same name and come behind the others', () => {
    const explicit = [
      { name: 'client', protocol: 'TCP', port: 10002, backend: 'client' },
      { name: 'metrics', protocol: 'TCP', backend: 'client' },
    ];

    const { frontends } = expand(spec({}, { frontends: explicit }));

    expect(frontends.map(({ name, port }) => [name, port])).toEqual([
      ['web', 443],
      ['client', 10002],
      ['metrics', 443],
    ]);
  });

  it('are all there is without it', () => {
    const backends = [{ name: 'a', protocol: 'TCP', servers: [{ host: 'h', port: 1 }] }];
    const explicit = applyDefaults(specSchema.json, {
      frontends: [{ name: 'f', protocol: 'TCP', backend: 'a' }],
      backends,
    });

    expect(expand(explicit as TeamworkProxySpec).frontends.map(({ name }) => name)).toEqual(['f']);
  });
});
