import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../kube/types.ts';
import { generatedSecrets } from './generate.ts';
import { plan } from './plan/plan.ts';
import { planInput, proxyWith } from './testdata/inputs.ts';

const NOW = new Date('2026-11-24T12:00:00Z');

const SPEC = {
  certificates: [{ name: 'public', secretRef: { name: 'made' }, generate: {} }],
  frontends: [
    {
      name: 'web',
      protocol: 'HTTPS',
      hostnames: ['twc.example.com', '*.apps.example.com'],
      certificates: ['public'],
      backend: 'servers',
    },
    { name: 'plain', protocol: 'TLS', port: 444, certificates: ['public'], backend: 'client' },
    {
      name: 'named',
      protocol: 'TLS',
      port: 445,
      certificates: ['public'],
      backend: 'client',
      loadBalancer: { hostname: 'client.example.com' },
    },
  ],
  backends: [
    { name: 'servers', protocol: 'HTTP', servers: [{ host: 'a', port: 1 }] },
    { name: 'client', protocol: 'TCP', servers: [{ host: 'a', port: 2 }] },
  ],
};
const ADDRESSES = new Map([
  ['web', '192.0.2.10'],
  ['plain', '192.0.2.11'],
  ['named', '192.0.2.12'],
]);

function generated(secrets: readonly Secret[] = [], addresses = ADDRESSES): readonly Secret[] {
  const byName = new Map(secrets.map((secret) => [secret.metadata?.name ?? '', secret]));
  return generatedSecrets({ proxy: proxyWith(SPEC), addresses }, { secrets: byName, now: NOW });
}

function names([secret]: readonly Secret[]): string | undefined {
  const pem = Buffer.from(secret?.data?.['tls.crt'] ?? '', 'base64');
  return new X509Certificate(pem).subjectAltName;
}

describe('a generated Secret', () => {
  it('covers the names of the frontends that use it, and the addresses of those without', () => {
    const [secret] = generated();

    expect(secret).toMatchObject({
      type: 'kubernetes.io/tls',
      metadata: { name: 'made', namespace: 'mcs', ownerReferences: [{ kind: 'TeamworkProxy' }] },
    });
    expect(names(generated())).toBe(
      'DNS:twc.example.com, DNS:*.apps.example.com, DNS:client.example.com, IP Address:192.0.2.11',
    );
  });

  it('stays as it is, and follows addresses', () => {
    const first = generated();

    expect(generated(first)).toEqual(first);
    const second = generated(first, new Map([['plain', '192.0.2.99']]));
    expect(names(second)).toContain('IP Address:192.0.2.99');
    expect(second[0]?.data?.['ca.crt']).toBe(first[0]?.data?.['ca.crt']);
  });

  it('keeps what somebody has put there in its place', () => {
    const [first] = generated();
    const { 'ca.key': _, ...data } = first?.data ?? {};

    expect(generated([{ ...first, data }])).toEqual([{ ...first, data }]);
  });

  it('is not made where somebody else has one of that name', () => {
    expect(generated([{ metadata: { namespace: 'mcs', name: 'made' }, data: {} }])).toEqual([]);
  });
});

describe('a generated certificate', () => {
  const cloud = { release: '2026x', hostname: 'twc.example.com', servers: [{ host: 'a' }] };
  const planned = (teamworkCloud: object) =>
    plan(planInput({ teamworkCloud, certificates: SPEC.certificates }));

  it('is told to be for a start', () => {
    const { findings } = planned({ ...cloud, topology: 'Layer4' });

    expect(findings).toMatchObject([
      { path: 'spec.certificates[public].generate', reason: 'GeneratedCertificate' },
    ]);
  });

  it('is not taken for that of the servers', () => {
    expect(planned(cloud).refusals).toMatchObject([
      { path: 'spec.teamworkCloud.backendTls', reason: 'BackendTlsNeeded' },
    ]);
    expect(planned({ ...cloud, backendTls: { verify: 'Chain' } }).refusals).toEqual([]);
  });
});
