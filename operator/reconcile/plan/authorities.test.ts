import { describe, expect, it } from '@jest/globals';
import { makeAuthority } from '../../../test/support/certificates.ts';
import type { ProxyConfig } from '../../../proxy-image/config/types.ts';
import { certificatesValid } from '../status/certificates.ts';
import { renderConfigMap, renderTlsSecret } from '../render/data.ts';
import { authorityOf } from '../render/authority-files.ts';
import { keystoreSecrets, planInput, PUBLIC_CERTIFICATE } from '../testdata/inputs.ts';
import { plan } from './plan.ts';
import type { PemPair, Plan, SecretData } from './types.ts';

const first = makeAuthority({ name: 'first', days: 200 });
const second = makeAuthority({ name: 'second', days: 400 });

const SPEC = {
  certificates: [PUBLIC_CERTIFICATE],
  authorities: [{ name: 'company', secretRef: { name: 'company' } }],
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
    { name: 'servers', protocol: 'TLS', servers: [{ host: 'a', port: 1 }], tls: { trust: ['company'] } },
  ],
};

function planned(
  data: Readonly<Record<string, string>> | null,
  lastGood?: ReadonlyMap<string, PemPair>,
): Plan {
  const company: SecretData = new Map(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const),
  );
  const secrets = new Map([...keystoreSecrets(), ...(data === null ? [] : [['company', company] as const])]);
  return plan(planInput(SPEC, { secrets, ...(lastGood === undefined ? {} : { lastGood }) }));
}

function configOf(given: Plan): ProxyConfig {
  return JSON.parse(renderConfigMap(given).object.data?.['config.json'] ?? '') as ProxyConfig;
}

describe('authorities', () => {
  it('are what clients and servers have to lead to, from a Secret without any key', () => {
    const given = planned({ 'ca.crt': first.certificatePem + second.certificatePem });

    const { frontends, backends } = configOf(given);
    const { data = {} } = renderTlsSecret(given);
    const [file = ''] = Object.keys(data).filter((key) => key.endsWith('.pem'));
    expect(given.refusals).toEqual([]);
    expect(Buffer.from(data[file] ?? '', 'base64').toString()).toBe(
      first.certificatePem + second.certificatePem,
    );
    expect(authorityOf(file)).toBe('company');
    expect(frontends[0]?.clientCertificates?.trustFiles).toEqual([expect.stringMatching(`/${file}$`)]);
    expect(backends[0]?.tls?.trustFiles).toEqual([expect.stringMatching(`/${file}$`)]);
  });

  it('make another configuration when they are others, so that pods say which they serve', () => {
    const [one, other] = [first, second].map(({ certificatePem }) => planned({ 'ca.crt': certificatePem }));

    expect(other && renderConfigMap(other).hash).not.toBe(one && renderConfigMap(one).hash);
  });

  it.each([
    ['has no Secret', null, 'SecretNotFound', 'Secret company does not exist'],
    [
      'has another key',
      { 'tls.crt': first.certificatePem },
      'SecretKeyNotFound',
      'Secret company has no key ca.crt (it has tls.crt); say with secretRef.key which one holds the certificates',
    ],
    [
      'has no certificate',
      { 'ca.crt': 'none' },
      'NoCertificate',
      'Secret company, key ca.crt: there is no "BEGIN CERTIFICATE" in the authorities',
    ],
  ])('whose entry %s let nobody in, and what was trusted before still is', (_what, data, reason, message) => {
    const before = new Map([['company', { chainPem: first.certificatePem, keyPem: null }]]);

    const [missing, kept] = [planned(data), planned(data, before)];

    expect(missing.authorities).toMatchObject([{ state: 'Missing', problem: { reason } }]);
    expect(missing.flows[0]?.unservable).toContain('nothing of what they are to lead to (company)');
    expect(kept.flows[0]?.unservable).toBeNull();
    expect(kept.authorities).toMatchObject([
      { state: 'LastGood', authorities: { pem: first.certificatePem } },
    ]);
    const condition = certificatesValid(kept, new Date());
    expect(condition).toMatchObject({ status: 'False', reason });
    expect(condition.message).toContain(`spec.authorities[company]: ${message}`);
    expect(condition.message).toMatch(/\. What was trusted before still is\.$/);
  });

  it('are not taken for a certificate that had their name before, nor the other way round', () => {
    const certificate = new Map([['company', { chainPem: first.certificatePem, keyPem: 'a key' }]]);
    const authorities = new Map([['public', { chainPem: first.certificatePem, keyPem: null }]]);
    const spec = { ...SPEC, authorities: [], backends: [{ ...SPEC.backends[0], tls: {} }] };

    expect(planned(null, certificate).authorities).toMatchObject([{ state: 'Missing' }]);
    expect(plan(planInput(spec, { secrets: new Map(), lastGood: authorities })).certificates).toMatchObject([
      { state: 'Missing' },
    ]);
  });

  it.each([
    [100, 'True', 'Valid', '0 certificates, 1 entries of authorities'],
    [190, 'True', 'ExpiresSoon', 'the last of these authorities expires on'],
    [201, 'False', 'Expired', 'the last of these authorities expired on'],
    [-20, 'False', 'NotYetValid', 'these authorities are not valid before'],
  ])('are told in time, %i days on', (days, status, reason, message) => {
    const given = planned({ 'ca.crt': first.certificatePem });
    const now = new Date(Date.now() + days * 86_400_000);

    const condition = certificatesValid({ ...given, certificates: [] }, now);

    expect(condition).toMatchObject({ status, reason });
    expect(condition.message).toContain(message);
  });
});
