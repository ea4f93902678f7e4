import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createAuthority } from './authority.ts';

describe('createAuthority', () => {
  it('makes a certificate authority that signs itself', async () => {
    const authority = await createAuthority('test');

    const certificate = new X509Certificate(authority.certificate);
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toBe('CN=test');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('issues certificates for hosts, signed by itself, with the key that belongs to them', async () => {
    const authority = await createAuthority('test');

    const pair = await authority.issue({ commonName: 'server', hosts: ['example.test', '192.0.2.1'] });

    const certificate = new X509Certificate(pair.certificate);
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(pair.key))).toBe(true);
    expect(certificate.checkHost('example.test')).toBe('example.test');
    expect(certificate.checkIP('192.0.2.1')).toBe('192.0.2.1');
    expect(certificate.ca).toBe(false);
  });

  it('puts user and group where Kubernetes looks for them', async () => {
    const authority = await createAuthority('test');

    const pair = await authority.issue({ commonName: 'system:node:a', organization: 'system:nodes' });

    expect(new X509Certificate(pair.certificate).subject).toBe('O=system:nodes\nCN=system:node:a');
  });
});
