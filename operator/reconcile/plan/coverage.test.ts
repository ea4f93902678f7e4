import { describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../../test/support/certificates.ts';
import type { Finding } from '../../api/status.ts';
import { LAYER7, planInput } from '../testdata/inputs.ts';
import { plan } from './plan.ts';
import type { PlanInput } from './types.ts';

const pair = issue(makeAuthority({ name: 'root' }), {
  commonName: 'web.example.com',
  dns: ['twc.example.com', '*.apps.example.com'],
  ip: ['192.0.2.10', '2001:db8::10'],
});
const secrets = new Map([
  [
    'pem',
    new Map([
      ['tls.crt', Buffer.from(pair.fullChainPem)],
      ['tls.key', Buffer.from(pair.keyPem)],
    ]),
  ],
]);
const certificates = [{ name: 'public', secretRef: { name: 'pem' } }];

/** Findings about what certificates cover. */
function uncovered(spec: object, changes: Partial<PlanInput> = {}): readonly Finding[] {
  return plan(planInput({ certificates, ...spec }, { secrets, ...changes })).findings.filter(({ reason }) =>
    reason.endsWith('NotCovered'),
  );
}

function flow(frontend: object): object {
  return {
    frontends: [{ name: 'own', protocol: 'TLS', certificates: ['public'], backend: 'servers', ...frontend }],
    backends: [{ name: 'servers', protocol: 'TCP', servers: [{ host: 'a', port: 1 }] }],
  };
}

function web(hostnames: readonly string[]): object {
  return {
    frontends: [{ name: 'own', protocol: 'HTTPS', certificates: ['public'], backend: 'servers', hostnames }],
    backends: [{ name: 'servers', protocol: 'HTTP', servers: [{ host: 'a', port: 1 }] }],
  };
}

describe('host names that no certificate of a frontend covers', () => {
  it.each([
    ['the name itself', 'twc.example.com', true],
    ['a name for the wildcard', 'web.apps.example.com', true],
    ['the same wildcard', '*.apps.example.com', true],
    ['two labels for the wildcard', 'a.web.apps.example.com', false],
    ['none for it', 'apps.example.com', false],
    ['another name', 'other.example.com', false],
    ['another wildcard', '*.example.com', false],
    ['the common name alone', 'web.example.com', false],
  ])('%s, %s: %s', (_, hostname, isCovered) => {
    const findings = uncovered(web([hostname]));

    expect(findings.map(({ path, reason }) => [path, reason])).toEqual(
      isCovered ? [] : [['spec.frontends[own].hostnames', 'HostnameNotCovered']],
    );
  });

  it('are told with what is covered', () => {
    expect(uncovered(web(['other.example.com']))).toMatchObject([
      {
        message:
          'no certificate of this frontend covers other.example.com (covered: twc.example.com, *.apps.example.com, 192.0.2.10, 2001:db8::10), so clients that connect to it will refuse it; renew the certificate with this name',
      },
    ]);
  });

  it('can be those of a layer-4 flow', () => {
    const named = (hostname: string) => uncovered(flow({ loadBalancer: { hostname } }));

    expect(named('twc.example.com')).toEqual([]);
    expect(named('other.example.com')).toMatchObject([
      { path: 'spec.frontends[own].loadBalancer.hostname', reason: 'HostnameNotCovered' },
    ]);
  });
});

describe('an address that no certificate of a frontend covers', () => {
  const given = (address: string) => ({ addresses: new Map([['own', address]]) });

  it.each([
    ['one that is covered', '192.0.2.10', true],
    ['another spelling of one', '2001:0db8:0:0::10', true],
    ['another one', '192.0.2.11', false],
    ['one that a name looks like', '192.0.2.1', false],
    ['a host name that is covered', 'lb.apps.example.com', true],
    ['another host name', 'lb-1.elb.example.net', false],
  ])('%s, %s, where clients connect by address: %s', (_, address, isCovered) => {
    const findings = uncovered(flow({}), given(address));

    expect(findings.map(({ path, reason }) => [path, reason])).toEqual(
      isCovered ? [] : [['spec.frontends[own].loadBalancer', 'AddressNotCovered']],
    );
  });

  it('is that which was asked for until there is one, and then what was given', () => {
    const asking = flow({ loadBalancer: { address: '192.0.2.11' } });

    expect(uncovered(asking)).toHaveLength(1);
    expect(uncovered(asking, given('192.0.2.10'))).toEqual([]);
  });

  it('does not matter where clients connect by name', () => {
    expect(uncovered(web(['twc.example.com']), given('192.0.2.11'))).toEqual([]);
    expect(uncovered(web(['*.apps.example.com']), given('192.0.2.11'))).toEqual([]);
    expect(uncovered(flow({ loadBalancer: { hostname: 'twc.example.com' } }), given('192.0.2.11'))).toEqual(
      [],
    );
  });
});

describe('a flow of the shorthand that is TLS to the servers', () => {
  const cloud = LAYER7.teamworkCloud;
  const addresses = new Map([
    ['client', '192.0.2.11'],
    ['license', '192.0.2.12'],
  ]);

  it('shows the certificate of the servers, which is taken to be the same', () => {
    expect(uncovered({ teamworkCloud: cloud }, { addresses })).toEqual([
      {
        path: 'spec.frontends[client].loadBalancer',
        reason: 'AddressNotCovered',
        message:
          'certificate public, which the servers of this flow are taken to have as well, does not cover 192.0.2.11 (covered: twc.example.com, *.apps.example.com, 192.0.2.10, 2001:db8::10), so clients that connect to it will refuse it; renew the certificate with this address, or give the flow a name that it covers with teamworkCloud.hostnames.client',
      },
    ]);
  });

  it.each([
    ['has a name that is covered', { ...cloud, hostnames: { client: 'client.apps.example.com' } }],
    ['is not encrypted', { ...cloud, client: { encryption: 'Cleartext' } }],
    ['has servers with certificates of their own', { ...cloud, backendTls: { verify: 'Chain' } }],
  ])('needs no address if it %s', (_, teamworkCloud) => {
    expect(uncovered({ teamworkCloud }, { addresses })).toEqual([]);
  });

  it('is checked for every name with topology Layer4', () => {
    const teamworkCloud = {
      ...cloud,
      topology: 'Layer4',
      hostnames: { rest: 'rest.example.com', client: 'client.apps.example.com' },
    };

    expect(uncovered({ teamworkCloud }).map(({ path }) => path)).toEqual([
      'spec.frontends[rest].loadBalancer.hostname',
    ]);
  });
});
