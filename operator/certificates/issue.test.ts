import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { issueCertificate, makeAuthority } from './issue.ts';
import type { IssuedKeyType } from './issue.ts';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2060-01-01T00:00:00Z') };

describe('issueCertificate', () => {
  it.each<IssuedKeyType>(['RSA-2048', 'EC-P-256', 'EC-P-384', 'Ed25519'])(
    'makes a chain of %s keys',
    (keyType) => {
      const root = makeAuthority({ name: 'root', keyType, validity });
      const intermediate = makeAuthority({ name: 'intermediate', keyType, validity, issuer: root });

      const issued = issueCertificate(intermediate, {
        commonName: 'x',
        dns: ['x.example.com'],
        keyType,
        validity,
      });

      const [leaf, middle, top] = [
        issued.certificatePem,
        intermediate.certificatePem,
        root.certificatePem,
      ].map((pem) => new X509Certificate(pem));
      expect(leaf?.ca).toBe(false);
      expect(middle?.ca).toBe(true);
      expect(leaf && middle && leaf.checkIssued(middle) && leaf.verify(middle.publicKey)).toBe(true);
      expect(middle && top && middle.checkIssued(top) && middle.verify(top.publicKey)).toBe(true);
      expect(issued.chainPem).toBe(issued.certificatePem + intermediate.certificatePem);
      expect(issued.fullChainPem).toBe(issued.chainPem + root.certificatePem);
    },
  );

  it('holds to the validity, over the year 2050 in which the form of times changes', () => {
    const root = makeAuthority({ name: 'root', validity });

    const certificate = new X509Certificate(root.certificatePem);

    expect(certificate.validFromDate).toEqual(validity.notBefore);
    expect(certificate.validToDate).toEqual(validity.notAfter);
  });

  it('refuses an address that is none', () => {
    const root = makeAuthority({ name: 'root', validity });

    expect(() => issueCertificate(root, { commonName: 'x', ip: ['192.0.2'], validity })).toThrow(
      '192.0.2 is not an IP address',
    );
  });
});
