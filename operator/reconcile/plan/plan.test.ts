import { describe, expect, it } from '@jest/globals';
import { keystoreSecrets, LAYER7, planInput, PUBLIC_CERTIFICATE } from '../testdata/inputs.ts';
import { plan } from './plan.ts';
import type { PemPair, PlanInput } from './types.ts';

describe('a plan of the Teamwork Cloud shorthand', () => {
  it('has every flow, each on a port of its own, and nothing to refuse', () => {
    const { flows, refusals, certificates } = plan(planInput(LAYER7));

    expect(flows.map(({ frontend, listenerPort }) => [frontend.name, listenerPort])).toEqual([
      ['web', 10_001],
      ['client', 10_002],
      ['license', 10_003],
    ]);
    expect(flows.every(({ unservable }) => unservable === null)).toBe(true);
    expect(refusals).toEqual([]);
    expect(certificates).toMatchObject([{ name: 'public', state: 'Valid', problem: null }]);
  });

  it('turns a Service into a server by its cluster name', () => {
    const cloud = { ...LAYER7.teamworkCloud, servers: [], service: { name: 'nodes' } };

    const { backends } = plan(planInput({ ...LAYER7, teamworkCloud: cloud }));

    expect(backends.find(({ spec }) => spec.name === 'client')?.servers).toEqual([
      { host: 'nodes.mcs.svc', port: 10_002 },
    ]);
  });
});

describe('what a plan refuses', () => {
  const TCP_BACKEND = { name: 'tcp', protocol: 'TCP', servers: [{ host: 'a', port: 1 }] };
  const tcpFrontend = (name: string, more: object = {}) => ({
    name,
    protocol: 'TCP',
    backend: 'tcp',
    ...more,
  });
  const webWith = (more: object) => ({
    certificates: [PUBLIC_CERTIFICATE],
    frontends: [{ name: 'a', protocol: 'HTTPS', certificates: ['public'], backend: 'web', ...more }],
    backends: [{ name: 'web', protocol: 'HTTP', servers: [{ host: 'a', port: 1 }], stickyCookie: {} }],
  });

  it.each([
    [
      'a backend that is not there',
      { frontends: [tcpFrontend('a', { backend: 'other' })], backends: [TCP_BACKEND] },
      'UnknownBackend',
      'spec.frontends[a]: there is no backend other (there are tcp); add it to spec.backends or correct the name',
    ],
    [
      'a backend that only another shorthand would make',
      { ...LAYER7, frontends: [tcpFrontend('a', { backend: 'authserver' })] },
      'UnknownBackend',
      'spec.frontends[a]: there is no backend authserver (there are webapp, rest, client, license); add it to spec.backends or correct the name',
    ],
    [
      'layers that do not fit',
      { frontends: [{ name: 'a', protocol: 'HTTP', backend: 'tcp' }], backends: [TCP_BACKEND] },
      'ProtocolMismatch',
      "spec.frontends[a]: protocol HTTP can't lead to backend tcp with protocol TCP: behind TCP and TLS a backend has protocol TCP or TLS, behind HTTP and HTTPS it has HTTP or HTTPS",
    ],
    [
      'a certificate that is not there',
      {
        frontends: [{ name: 'a', protocol: 'TLS', backend: 'tcp', certificates: ['none'] }],
        backends: [TCP_BACKEND],
      },
      'UnknownCertificate',
      'spec.frontends[a].certificates: there is no certificate none (there are none); add it to spec.certificates or correct the name',
    ],
    [
      'a certificate of clients that is not there',
      {
        certificates: [PUBLIC_CERTIFICATE],
        frontends: [
          {
            name: 'a',
            protocol: 'TLS',
            backend: 'tcp',
            certificates: ['public'],
            clientCertificates: { trust: ['none'] },
          },
        ],
        backends: [TCP_BACKEND],
      },
      'UnknownCertificate',
      'spec.frontends[a].clientCertificates.trust: there are no authorities and no certificate none (there are public); add it to spec.authorities or correct the name',
    ],
    [
      'one address and port for two flows, one of them from the shorthand',
      {
        ...LAYER7,
        teamworkCloud: { ...LAYER7.teamworkCloud, addresses: { client: '192.0.2.1' } },
        frontends: [tcpFrontend('b', { backend: 'client', loadBalancer: { address: '192.0.2.1' } })],
      },
      'AddressConflict',
      'spec.frontends[b].loadBalancer.address: frontends client and b both ask for 192.0.2.1 port 443; give each an address of its own, or another port',
    ],
    [
      'one IPv6 address in two spellings',
      {
        frontends: [
          tcpFrontend('a', { loadBalancer: { address: '2001:db8::1' } }),
          tcpFrontend('b', { loadBalancer: { address: '2001:DB8:0::1' } }),
        ],
        backends: [TCP_BACKEND],
      },
      'AddressConflict',
      'spec.frontends[b].loadBalancer.address: frontends a and b both ask for 2001:db8::1 port 443; give each an address of its own, or another port',
    ],
    [
      'a server name that leads to two backends',
      {
        frontends: [
          tcpFrontend('a', {
            sniRoutes: [
              { hostnames: ['a.test', 'b.test'], backend: TCP_BACKEND.name },
              { hostnames: ['a.test'], backend: TCP_BACKEND.name },
            ],
          }),
        ],
        backends: [TCP_BACKEND],
      },
      'RepeatedHostname',
      'spec.frontends[a].sniRoutes: a.test is given more than once, so it is undecided where it leads; keep one',
    ],
    [
      'a timeout of nothing',
      { frontends: [tcpFrontend('a', { timeouts: { idle: '0s', drain: '0s' } })], backends: [TCP_BACKEND] },
      'UnusableTimeout',
      "spec.frontends[a].timeouts.idle: 0s can't be kept; give a time from 1ms to 24 days",
    ],
    [
      'a timeout that no timer can keep',
      { frontends: [tcpFrontend('a', { timeouts: { request: '600h' } })], backends: [TCP_BACKEND] },
      'UnusableTimeout',
      "spec.frontends[a].timeouts.request: 600h can't be kept; give a time from 1ms to 24 days",
    ],
    [
      'no tolerance at all',
      {
        frontends: [tcpFrontend('a', { limits: { minimumRate: { tolerance: '0s' } } })],
        backends: [TCP_BACKEND],
      },
      'UnusableTimeout',
      "spec.frontends[a].limits.minimumRate.tolerance: 0s can't be kept; give a time from 1ms to 24 days",
    ],
    [
      'a path that leads to two backends',
      { ...LAYER7, teamworkCloud: { ...LAYER7.teamworkCloud, extraPaths: ['/osmc'] } },
      'RepeatedPath',
      'spec.frontends[web].routes: /osmc is given more than once, so it is undecided where it leads; keep one',
    ],
    [
      'a cookie that is the one by which a backend keeps its clients',
      webWith({
        policies: { headers: { response: { add: [{ name: 'set-cookie', value: 'twp-web = x' }] } } },
      }),
      'StickyCookie',
      'spec.frontends[a].policies.headers.response.add: the cookie twp-web is the one by which backend web keeps clients with their server; give it another name',
    ],
    [
      'a field that is set twice in different cases',
      webWith({
        routes: [
          {
            paths: ['/'],
            backend: 'web',
            policies: {
              headers: {
                request: {
                  set: [
                    { name: 'X-App', value: 'a' },
                    { name: 'x-app', value: 'b' },
                  ],
                },
              },
            },
          },
        ],
      }),
      'RepeatedField',
      'spec.frontends[a].routes[0].policies.headers.request.set: x-app is given more than once (upper and lower case are the same), so it is undecided which value counts; keep one',
    ],
    [
      'a reserved field in a spelling of servers',
      webWith({ policies: { headers: { request: { remove: ['x-forwarded_for'] } } } }),
      'ReservedField',
      'spec.frontends[a].policies.headers.request: x-forwarded_for frames a message, counts for one connection, or is made by the proxy itself ("_" is read as "-", as some servers do); remove it',
    ],
    [
      'HSTS by the millisecond',
      webWith({ policies: { hsts: { maxAge: '1500ms' } } }),
      'UnusableDuration',
      "spec.frontends[a].policies.hsts.maxAge: 1500ms can't be sent, as browsers are told whole seconds; leave the milliseconds out",
    ],
    ...['999ms', '24h1ms'].map(
      (per) =>
        [
          `a rate limit per ${per}`,
          webWith({ policies: { rateLimit: { requests: 1, per } } }),
          'UnusableDuration',
          `spec.frontends[a].policies.rateLimit.per: ${per} can't be kept; give a time from 1s to 24h`,
        ] as const,
    ),
    [
      'an origin with the usual port',
      webWith({ policies: { cors: { origins: ['https://app.test:443'] } } }),
      'UnusableOrigin',
      'spec.frontends[a].policies.cors.origins: no browser writes https://app.test:443, as the port is the usual one; leave it out',
    ],
    [
      'an origin of frames with the usual port',
      webWith({ policies: { securityHeaders: { frameOrigins: ['http://app.test:80'] } } }),
      'UnusableOrigin',
      'spec.frontends[a].policies.securityHeaders.frameOrigins: no browser writes http://app.test:80, as the port is the usual one; leave it out',
    ],
    [
      'an origin with a port that there is not',
      webWith({ policies: { cors: { origins: ['https://app.test:65536'] } } }),
      'UnusableOrigin',
      'spec.frontends[a].policies.cors.origins: https://app.test:65536 has a port that there is not',
    ],
    [
      'a frontend that sends what cors of a route makes',
      webWith({
        policies: { headers: { response: { set: [{ name: 'access-control-Max-Age', value: '1' }] } } },
        routes: [{ paths: ['/'], backend: 'web', policies: { cors: { origins: ['https://app.test'] } } }],
      }),
      'ReservedField',
      'spec.frontends[a].policies.headers.response: policies.cors makes access-control-Max-Age, so that it is sent exactly once; remove it here',
    ],
  ])('%s', (_, spec, reason, message) => {
    const { refusals } = plan(planInput(spec));

    expect(refusals.map((refusal) => [refusal.reason, `${refusal.path}: ${refusal.message}`])).toEqual([
      [reason, message],
    ]);
  });
});

describe('a certificate that can not be used', () => {
  function servedBefore(): ReadonlyMap<string, PemPair> {
    const [certificate] = plan(planInput(LAYER7)).certificates;
    if (certificate?.state !== 'Valid') throw new Error('the fixture is not valid');
    return new Map([['public', certificate.material]]);
  }

  const faults: readonly [string, Partial<PlanInput>, object, string, string][] = [
    [
      'a missing Secret',
      { secrets: new Map() },
      LAYER7,
      'SecretNotFound',
      'Secret twc-keystore does not exist',
    ],
    [
      'a Secret without the keystore',
      { secrets: new Map([['twc-keystore', new Map([['other', Buffer.from('')]])]]) },
      LAYER7,
      'SecretKeyNotFound',
      'Secret twc-keystore has no key keystore.p12 (it has other); correct keystore.key',
    ],
    [
      'a wrong password',
      { secrets: keystoreSecrets('rsa.p12', 'wrong') },
      LAYER7,
      'WrongPassword',
      'password',
    ],
    [
      'an alias that is not there',
      {},
      {
        ...LAYER7,
        certificates: [
          { ...PUBLIC_CERTIFICATE, keystore: { ...PUBLIC_CERTIFICATE.keystore, alias: 'other' } },
        ],
      },
      'AliasNotFound',
      'aliases with a key: teamworkcloud',
    ],
    [
      'a Secret that is no kubernetes.io/tls',
      {},
      { ...LAYER7, certificates: [{ name: 'public', secretRef: { name: 'twc-keystore' } }] },
      'SecretKeyNotFound',
      'has no tls.crt (it has keystore.p12, password, clients.pem)',
    ],
  ];

  it.each(faults)(
    'for %s is a problem that says what to do, and takes only its flows along',
    (_, changes, spec, reason, text) => {
      const { certificates, flows } = plan(planInput(spec, changes));

      expect(certificates).toMatchObject([{ state: 'Missing', problem: { reason } }]);
      expect(certificates[0]?.problem?.message).toContain(`spec.certificates[public]: `);
      expect(certificates[0]?.problem?.message).toContain(text);
      expect(
        flows.filter(({ unservable }) => unservable !== null).map(({ frontend }) => frontend.name),
      ).toEqual(['web']);
    },
  );

  it.each(faults)('for %s is served on where it was served before', (_, changes, spec, reason) => {
    const lastGood = servedBefore();

    const { certificates, flows } = plan(planInput(spec, { ...changes, lastGood }));

    expect(certificates).toMatchObject([
      { state: 'LastGood', problem: { reason }, material: { chainPem: lastGood.get('public')?.chainPem } },
    ]);
    expect(flows.every(({ unservable }) => unservable === null)).toBe(true);
  });

  it('does not let clients in that it was to vouch for', () => {
    const secrets = keystoreSecrets('rsa.p12', 'nomagic');
    const missing = { name: 'clients', secretRef: { name: 'nowhere' } };
    const frontend = { name: 'a', protocol: 'TLS', backend: 'tcp', certificates: ['public'] };
    const spec = {
      certificates: [PUBLIC_CERTIFICATE, missing],
      frontends: [
        { ...frontend, clientCertificates: { trust: ['clients'] } },
        { ...frontend, name: 'b', port: 444, clientCertificates: { trust: ['clients', 'public'] } },
      ],
      backends: [{ name: 'tcp', protocol: 'TCP', servers: [{ host: 'a', port: 1 }] }],
    };

    const { flows } = plan(planInput(spec, { secrets }));

    expect(flows.map(({ unservable, clientTrust }) => [clientTrust, unservable])).toEqual([
      [[], "its clients can't be verified, as nothing of what they are to lead to (clients) can be used"],
      [['public'], null],
    ]);
  });

  it('does not leave a backend verified by the public authorities in its place', () => {
    const spec = {
      certificates: [PUBLIC_CERTIFICATE],
      frontends: [{ name: 'a', protocol: 'TCP', backend: 'secure' }],
      backends: [
        { name: 'secure', protocol: 'TLS', servers: [{ host: 'a', port: 1 }], tls: { trust: ['public'] } },
      ],
    };

    const { flows } = plan(planInput(spec, { secrets: new Map() }));

    expect(flows[0]?.unservable).toBe(
      "backend secure can't be verified, as nothing of what it trusts (public) can be used",
    );
  });
});

describe('passwords', () => {
  it('lose the line end that an editor put behind them', () => {
    const { certificates } = plan(planInput(LAYER7, { secrets: keystoreSecrets('rsa.p12', 'nomagic\n') }));

    expect(certificates[0]?.state).toBe('Valid');
  });

  it('are the shipped one where none is named, which is a finding', () => {
    const { certificates, findings } = plan(
      planInput({ ...LAYER7, certificates: [{ ...PUBLIC_CERTIFICATE, keystore: {} }] }),
    );

    expect(certificates[0]?.state).toBe('Valid');
    expect(findings).toMatchObject([{ path: 'spec.certificates[public]', reason: 'DefaultPassword' }]);
  });
});

describe('findings', () => {
  it('name a client flow without encryption and servers that are not verified', () => {
    const cloud = {
      ...LAYER7.teamworkCloud,
      client: { encryption: 'Cleartext' },
      backendTls: { verify: 'None' },
    };

    const { findings } = plan(
      planInput({ ...LAYER7, teamworkCloud: cloud }, { secrets: keystoreSecrets('chain.p12', 'changeit') }),
    );

    expect(findings.map(({ path, reason }) => [path, reason])).toEqual([
      ['spec.teamworkCloud.client.encryption', 'CleartextClient'],
      ['spec.backends[webapp].tls.verify', 'UpstreamNotVerified'],
      ['spec.backends[rest].tls.verify', 'UpstreamNotVerified'],
    ]);
  });
});
