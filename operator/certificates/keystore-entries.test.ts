import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { bits, elementAt, encodeElement, parseElement, sequence } from './asn1.ts';
import { readKeystore } from './keystore.ts';
import { buildPfx, certificateBag, friendlyName, keyBag, localKeyId } from './pkcs12/build.ts';
import { failure, success } from './testdata/fixtures.ts';

const root = makeAuthority({ name: 'root' });
const server = issue(root, { commonName: 'server' });
const ID = Buffer.from('id');
const OTHER_ID = Buffer.from('other id');

/** A keystore with the server's key, and certificates with the identifiers that tie them to keys. */
function keystore(certificates: readonly { readonly der: Buffer; readonly id: Buffer }[]): Buffer {
  const key = createPrivateKey(server.keyPem).export({
    type: 'pkcs8',
    format: 'der',
    cipher: 'aes-256-cbc',
    passphrase: 'changeit',
  });
  return buildPfx(
    [
      [keyBag(key, [friendlyName('teamworkcloud'), localKeyId(ID)])],
      certificates.map(({ der, id }) => certificateBag(der, [friendlyName('x'), localKeyId(id)])),
    ],
    { password: 'changeit', salt: Buffer.alloc(8), iterations: 1000 },
  );
}

/** The same certificate with another signature, as a renewal that keeps the key. */
function renew(certificate: Buffer): Buffer {
  const parsed = parseElement(certificate);
  const tbs = elementAt(parsed, 0);
  const signature = sign('sha256', encodeElement(tbs), createPrivateKey(root.keyPem));
  return encodeElement(sequence(tbs, elementAt(parsed, 1), bits(signature)));
}

describe('the entry of a keystore', () => {
  const der = new X509Certificate(server.certificatePem).raw;
  const renewed = renew(der);
  const stranger = new X509Certificate(issue(root, { commonName: 'stranger' }).certificatePem).raw;

  it.each([
    {
      what: 'first',
      certificates: [
        { der: renewed, id: ID },
        { der, id: OTHER_ID },
      ],
    },
    {
      what: 'last',
      certificates: [
        { der, id: OTHER_ID },
        { der: renewed, id: ID },
      ],
    },
  ])('is told apart by its identifier from another with the same key, standing $what', ({ certificates }) => {
    const { material } = success(readKeystore(keystore(certificates), { password: 'changeit' }));

    expect(new X509Certificate(material.chainPem).raw.equals(renewed)).toBe(true);
  });

  it('is found by its key where the identifier ties it to a certificate of another', () => {
    const bytes = keystore([
      { der: stranger, id: ID },
      { der, id: OTHER_ID },
    ]);

    const { material } = success(readKeystore(bytes, { password: 'changeit' }));

    expect(new X509Certificate(material.chainPem).raw.equals(der)).toBe(true);
  });

  it('is served even if a certificate of another cannot be read', () => {
    const bytes = keystore([
      { der: der.subarray(0, 100), id: OTHER_ID },
      { der, id: ID },
    ]);

    const { material } = success(readKeystore(bytes, { password: 'changeit' }));

    expect(material.leaf.subject).toBe('CN=server');
  });

  it.each([
    {
      what: 'its certificate cannot be read',
      certificates: [{ der: der.subarray(0, 100), id: ID }],
      reason: 'DamagedCertificate',
      message: 'the certificate of x is altered or has a key of an unknown kind; make the entry again',
    },
    {
      what: 'its certificate is of another key',
      certificates: [{ der: stranger, id: ID }],
      reason: 'KeyMismatch',
      message:
        'the private key belongs to none of the certificates ("CN=stranger"); give the key and the certificate of one pair',
    },
    {
      what: 'it has no certificate',
      certificates: [],
      reason: 'NoCertificate',
      message: 'there is no certificate beside the private key; add its chain',
    },
  ])('is refused when $what', ({ certificates, reason, message }) => {
    const result = failure(readKeystore(keystore(certificates), { password: 'changeit' }));

    expect(result).toEqual({ ok: false, reason, message });
  });
});
