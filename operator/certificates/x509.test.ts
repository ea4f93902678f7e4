import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { isIssuedBy, leafFacts } from './x509.ts';

const root = makeAuthority({ name: 'root' });

describe('leafFacts', () => {
  it('reads names of every kind, in order', () => {
    const { certificatePem } = issue(root, {
      commonName: 'twc',
      dns: ['b.example.com', '*.example.com'],
      ip: ['192.0.2.1', '2001:0db8::0001'],
    });

    const facts = leafFacts(new X509Certificate(certificatePem));

    expect(facts.dnsNames).toEqual(['b.example.com', '*.example.com']);
    expect(facts.ipAddresses).toEqual(['192.0.2.1', '2001:db8::1']);
  });

  it('has no names where the certificate has none but its common name', () => {
    const { certificatePem } = issue(root, { commonName: 'twc.example.com' });

    const facts = leafFacts(new X509Certificate(certificatePem));

    expect(facts).toMatchObject({ subject: 'CN=twc.example.com', dnsNames: [], ipAddresses: [] });
  });

  it.each([
    'a.example.com, DNS:evil.example.com',
    'a"b.example.com',
    'a\\.example.com',
    'a.example.com\0.evil',
  ])('takes no name from %j, which is no DNS name', (name) => {
    const { certificatePem } = issue(root, {
      commonName: 'x',
      dns: ['ok.example.com', name, 'too.example.com'],
    });

    const facts = leafFacts(new X509Certificate(certificatePem));

    expect(facts.dnsNames).toEqual(['ok.example.com', 'too.example.com']);
  });
});

describe('isIssuedBy', () => {
  it('is not satisfied by the name of an issuer', () => {
    const impostor = makeAuthority({ name: 'root' });
    const { certificatePem } = issue(root, { commonName: 'x' });

    expect(isIssuedBy(new X509Certificate(certificatePem), new X509Certificate(root.certificatePem))).toBe(
      true,
    );
    expect(
      isIssuedBy(new X509Certificate(certificatePem), new X509Certificate(impostor.certificatePem)),
    ).toBe(false);
  });
});
