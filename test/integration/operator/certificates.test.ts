import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CONFIG_MAPS, SECRETS } from '../../../operator/kube/resources.ts';
import { issueCertificate } from '../../../operator/certificates/issue.ts';
import { eventually } from '../../support/eventually.ts';
import { makeAuthority } from '../../support/certificates.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

const TESTDATA = new URL('../../../operator/certificates/testdata/', import.meta.url);
const DAY_MS = 24 * 60 * 60 * 1000;

const CLOUD = { release: '2026x', hostname: 'twc.example.com', servers: [{ host: '192.0.2.1' }] };

const root = makeAuthority({ name: 'root' });
const intermediate = makeAuthority({ name: 'intermediate', issuer: root });

/** What is waited for may take long where much else runs. */
jest.setTimeout(60_000);

let site: Site;

beforeAll(async () => {
  site = await openSite('certificates');
}, 60_000);

afterAll(async () => {
  await site?.release();
});

/** A Secret as cert-manager makes it: the chain without its root, and the root in ca.crt. */
async function applyCertificate(
  name: string,
  { days, ip = [] }: { readonly days: number; readonly ip?: readonly string[] },
): Promise<void> {
  const now = Date.now();
  const { chainPem, keyPem } = issueCertificate(intermediate, {
    commonName: 'twc.example.com',
    dns: ['twc.example.com'],
    ip,
    validity: { notBefore: new Date(now - 90 * DAY_MS), notAfter: new Date(now + days * DAY_MS) },
  });
  const data = { 'tls.crt': chainPem, 'tls.key': keyPem, 'ca.crt': root.certificatePem };
  await site.applySecret(name, data, 'kubernetes.io/tls');
}

function withCertificate(secret: string, keystore?: object): object {
  const certificate = {
    name: 'public',
    secretRef: { name: secret },
    ...(keystore === undefined ? {} : { keystore }),
  };
  return { teamworkCloud: CLOUD, certificates: [certificate] };
}

describe('authorities', () => {
  it('come from a Secret with their certificates alone, and their change reaches the proxy', async () => {
    const [first, second] = [makeAuthority({ name: 'first' }), makeAuthority({ name: 'second' })];
    await applyCertificate('trusting', { days: 90 });
    await site.applySecret('company', { 'bundle.pem': first.certificatePem + second.certificatePem });
    const files = async (): Promise<readonly string[]> => {
      const { data = {} } =
        (await site.client.get(SECRETS, { namespace: site.namespace, name: 'trusting-tls' })) ?? {};
      return Object.entries(data)
        .filter(([name]) => name.startsWith('company.'))
        .map(([, pem]) => Buffer.from(pem, 'base64').toString());
    };

    await site.applyProxy('trusting', {
      certificates: [{ name: 'public', secretRef: { name: 'trusting' } }],
      authorities: [{ name: 'company', secretRef: { name: 'company', key: 'bundle.pem' } }],
      frontends: [
        {
          name: 'flow',
          protocol: 'TLS',
          certificates: ['public'],
          clientCertificates: { trust: ['company'] },
          backend: 'servers',
        },
      ],
      backends: [
        {
          name: 'servers',
          protocol: 'TLS',
          servers: [{ host: '192.0.2.1', port: 1 }],
          tls: { trust: ['company'] },
        },
      ],
    });
    await site.until(
      'trusting',
      'valid certificates',
      (_, condition) => condition('CertificatesValid')?.status === 'True',
    );
    const before = await files();
    await site.applySecret('company', { 'bundle.pem': second.certificatePem });
    await eventually('the other authorities', async () =>
      (await files())[0] === second.certificatePem ? true : undefined,
    );
    await site.applySecret('company', { 'bundle.pem': 'none' });
    const broken = await site.until(
      'trusting',
      'that they are unusable',
      (_, condition) => condition('CertificatesValid')?.status === 'False',
    );

    expect(before).toEqual([first.certificatePem + second.certificatePem]);
    expect(broken.status?.conditions?.find(({ type }) => type === 'CertificatesValid')).toMatchObject({
      reason: 'NoCertificate',
      message: expect.stringContaining('spec.authorities[company]: Secret company, key bundle.pem'),
    });
    expect(await files()).toEqual([second.certificatePem]);
  });
});

describe('a certificate of cert-manager', () => {
  it('is served with the root of ca.crt at its end, which clients are given to trust', async () => {
    await applyCertificate('manager', { days: 90 });

    await site.applyProxy('manager', withCertificate('manager'));
    const { status } = await site.until(
      'manager',
      'a valid certificate',
      (_, condition) => condition('CertificatesValid')?.status === 'True',
    );

    expect(status?.findings ?? []).toEqual([]);
    const trust = await eventually('the files of clients', () =>
      site.client.get(CONFIG_MAPS, { namespace: site.namespace, name: 'manager-client-trust' }),
    );
    expect(trust.data?.['public.crt']).toBe(root.certificatePem);
  });

  it('is told once when it will expire soon, when it has expired, and when a renewed one is served', async () => {
    await applyCertificate('ending', { days: 20 });
    await site.applyProxy('ending', withCertificate('ending'));
    const soon = await site.until(
      'ending',
      'a certificate that expires soon',
      (_, condition) => condition('CertificatesValid')?.reason === 'ExpiresSoon',
    );
    expect(soon.status?.certificates).toMatchObject([{ state: 'Valid', reason: 'ExpiresSoon' }]);
    const served = await site.client.get(SECRETS, { namespace: site.namespace, name: 'ending-tls' });

    await applyCertificate('ending', { days: -1 });
    const expired = await site.until(
      'ending',
      'an expired certificate',
      (_, condition) => condition('CertificatesValid')?.reason === 'Expired',
    );
    const after = await site.client.get(SECRETS, { namespace: site.namespace, name: 'ending-tls' });
    await applyCertificate('ending', { days: 90 });
    await site.until(
      'ending',
      'a valid certificate',
      (_, condition) => condition('CertificatesValid')?.reason === 'Valid',
    );

    expect(expired.status?.certificates?.[0]?.message).toMatch(
      /^spec\.certificates\[public\]: Secret ending, keys tls\.crt and tls\.key: expired on [-0-9]+, and is served all the same/,
    );
    expect(after?.data?.['public.crt']).not.toBe(served?.data?.['public.crt']);
    const told = await eventually('its events', async () => {
      const events = (await site.events('ending')).filter(({ action }) => action === 'ReadCertificates');
      return events.length === 4 ? events : undefined;
    });
    expect(told.map(({ type, reason }) => `${type} ${reason}`).sort()).toEqual([
      'Normal CertificateChanged',
      'Normal CertificateChanged',
      'Warning Expired',
      'Warning ExpiresSoon',
    ]);
  });

  it('has its end in a metric as long as the resource is there', async () => {
    await applyCertificate('measured', { days: 90 });
    await site.applyProxy('measured', withCertificate('measured'));

    const { status } = await site.until('measured', 'a date', ({ status }) =>
      Boolean(status?.certificates?.[0]?.notAfter),
    );

    const seconds = Date.parse(status?.certificates?.[0]?.notAfter ?? '') / 1000;
    const line = `teamworkproxy_certificate_expiration_timestamp_seconds{namespace="${site.namespace}",name="measured",certificate="public"} ${seconds}`;
    const shown = await eventually('the metric', async () => {
      const text = await site.operator.metrics();
      return text.includes(`name="measured"`) ? text.split('\n') : undefined;
    });
    expect(shown).toContain(line);
  });
});

describe('a JKS keystore', () => {
  it('is read as a PKCS#12 one is', async () => {
    const keystore = await readFile(new URL('chain.jks', TESTDATA));
    await site.applySecret('java', { 'keystore.jks': keystore, password: 'changeit' });

    await site.applyProxy(
      'java',
      withCertificate('java', { key: 'keystore.jks', passwordRef: { name: 'java', key: 'password' } }),
    );

    const { status } = await site.until('java', 'a valid certificate', ({ status }) =>
      Boolean(status?.certificates?.[0]?.notAfter),
    );
    expect(status?.certificates).toMatchObject([
      { state: 'Valid', subject: 'CN=twc.example.com, O=Example, C=DE' },
    ]);
  });
});

describe('an address by which clients connect', () => {
  it('is looked for in the certificate, again and again as it changes', async () => {
    await applyCertificate('covered', { days: 90, ip: ['192.0.2.10'] });
    await site.applyProxy('covered', withCertificate('covered'));
    const uncovered = (count: number) =>
      site.until('covered', `${count} addresses that are not covered`, ({ status }) => {
        const found = status?.findings?.filter(({ reason }) => reason === 'AddressNotCovered') ?? [];
        return status?.frontends?.[1]?.address !== undefined && found.length === count;
      });

    await site.assign('covered-client', '192.0.2.11');
    await uncovered(1);
    await site.assign('covered-client', '192.0.2.10');
    const { status } = await uncovered(0);

    expect(status?.clientSettings?.modelingClient).toBe('192.0.2.10:443');
    await applyCertificate('covered', { days: 90 });
    await uncovered(1);
  });
});

describe('a certificate that is generated', () => {
  const spec = {
    certificates: [{ name: 'public', secretRef: { name: 'made' }, generate: {} }],
    frontends: [{ name: 'flow', protocol: 'TLS', certificates: ['public'], backend: 'servers' }],
    backends: [{ name: 'servers', protocol: 'TCP', servers: [{ host: '192.0.2.1', port: 1 }] }],
  };
  const secret = () => site.client.get(SECRETS, { namespace: site.namespace, name: 'made' });

  it('covers the address as soon as there is one', async () => {
    await site.applyProxy('made-here', spec);
    await site.until(
      'made-here',
      'a valid certificate',
      (_, condition) => condition('CertificatesValid')?.status === 'True',
    );
    const first = await eventually('the Secret', secret);

    await site.assign('made-here-flow', '192.0.2.40');
    const covered = await eventually('a certificate with the address', async () => {
      const found = await secret();
      const pem = Buffer.from(found?.data?.['tls.crt'] ?? '', 'base64');
      return new X509Certificate(pem).subjectAltName === 'IP Address:192.0.2.40' ? found : undefined;
    });
    const { status } = await site.until('made-here', 'nothing that is not covered', ({ status }) =>
      Boolean(
        status?.frontends?.[0]?.address &&
        !status.findings?.some(({ reason }) => reason === 'AddressNotCovered'),
      ),
    );

    expect(covered.data?.['ca.crt']).toBe(first.data?.['ca.crt']);
    expect(covered.metadata?.ownerReferences).toMatchObject([{ kind: 'TeamworkProxy', name: 'made-here' }]);
    expect(status?.findings?.map(({ reason }) => reason)).toEqual(['GeneratedCertificate']);
  });

  it('is not made where there is a Secret already, which is used', async () => {
    await applyCertificate('made-elsewhere', { days: 90 });
    const before = await site.client.get(SECRETS, { namespace: site.namespace, name: 'made-elsewhere' });
    const certificates = [{ name: 'public', secretRef: { name: 'made-elsewhere' }, generate: {} }];

    await site.applyProxy('elsewhere', { ...spec, certificates });
    const { status } = await site.until('elsewhere', 'a certificate', ({ status }) =>
      Boolean(status?.certificates?.[0]?.notAfter),
    );

    expect(status?.certificates).toMatchObject([{ state: 'Valid', subject: 'CN=twc.example.com' }]);
    const after = await site.client.get(SECRETS, { namespace: site.namespace, name: 'made-elsewhere' });
    expect(after?.metadata?.resourceVersion).toBe(before?.metadata?.resourceVersion);
  });
});

describe('a Secret with the name of the one that the operator makes', () => {
  it('is refused, and left alone', async () => {
    await applyCertificate('named-tls', { days: 90 });
    const before = await site.client.get(SECRETS, { namespace: site.namespace, name: 'named-tls' });

    await site.applyProxy('named', withCertificate('named-tls'));
    const { status } = await site.until(
      'named',
      'a refusal',
      (_, condition) => condition('Accepted')?.status === 'False',
    );

    expect(status?.conditions?.find(({ type }) => type === 'Accepted')).toMatchObject({
      reason: 'NameReserved',
      message:
        'spec.certificates[public]: Secret named-tls is what the operator makes for the proxy pods; give yours another name. What was served before is served on.',
    });
    const after = await site.client.get(SECRETS, { namespace: site.namespace, name: 'named-tls' });
    expect(after?.metadata?.resourceVersion).toBe(before?.metadata?.resourceVersion);
  });
});
