import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import type { IssuedKeyType } from '../../test/support/certificates.ts';
import { readKeystore } from './keystore.ts';
import { readPemPair } from './pem.ts';
import { failure, fixture, subjects, success } from './testdata/fixtures.ts';

const root = makeAuthority({ name: 'root' });
const intermediate = makeAuthority({ name: 'intermediate', issuer: root });
const server = issue(intermediate, { commonName: 'twc.example.com', dns: ['twc.example.com'] });
const other = issue(root, { commonName: 'other.example.com' });
const rsa = issue(root, { commonName: 'rsa.example.com', keyType: 'RSA-2048' });

describe('readPemPair', () => {
  it.each<IssuedKeyType>(['RSA-2048', 'RSA-3072', 'EC-P-256', 'EC-P-384', 'Ed25519'])(
    'reads a chain with a key of type %s',
    (keyType) => {
      const pair = issue(root, { commonName: 'twc', keyType });

      const { material, findings } = success(readPemPair(pair.fullChainPem, pair.keyPem));

      expect(material.leaf.keyType).toBe(keyType);
      expect(material.keyPem).toBe(pair.keyPem);
      expect(material.chainPem).toBe(pair.fullChainPem);
      expect(findings).toEqual([]);
    },
  );

  it.each([
    { form: 'PKCS#1', pair: rsa, type: 'pkcs1', label: 'BEGIN RSA PRIVATE KEY' },
    { form: 'SEC1', pair: server, type: 'sec1', label: 'BEGIN EC PRIVATE KEY' },
    { form: 'PKCS#8', pair: server, type: 'pkcs8', label: 'BEGIN PRIVATE KEY' },
  ] as const)('reads a key in the form $form', ({ pair, type, label }) => {
    const keyPem = createPrivateKey(pair.keyPem).export({ type, format: 'pem' }).toString();
    expect(keyPem).toContain(label);

    const { material } = success(readPemPair(pair.chainPem, keyPem));

    expect(material.keyPem).toBe(pair.keyPem);
  });

  it('passes over the curve that openssl ecparam writes before a key', () => {
    const keyPem = `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${server.keyPem}`;

    const { material } = success(readPemPair(server.chainPem, keyPem));

    expect(material.keyPem).toBe(server.keyPem);
  });

  it('reads one file with key and chain, given as both', () => {
    const file = server.keyPem + server.fullChainPem;

    const { material } = success(readPemPair(file, file));

    expect(subjects(material.chainPem)).toEqual(['CN=twc.example.com', 'CN=intermediate', 'CN=root']);
  });

  it.each([
    { what: 'the root', authorities: root.certificatePem },
    {
      what: 'root and intermediate, and what has nothing to do with them',
      authorities: server.fullChainPem + other.certificatePem,
    },
  ])('takes what leads on from ca.crt, which has $what', ({ authorities }) => {
    const { material, findings } = success(readPemPair(server.chainPem, server.keyPem, authorities));

    expect(subjects(material.chainPem)).toEqual(['CN=twc.example.com', 'CN=intermediate', 'CN=root']);
    expect(findings).toEqual([]);
  });

  it.each([
    { what: 'that is outdated', authorities: makeAuthority({ name: 'root' }).certificatePem },
    {
      what: 'that is damaged',
      authorities: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    },
    { what: 'that is cut off', authorities: '-----BEGIN CERTIFICATE-----\nAAAA' },
  ])('leaves out a ca.crt $what', ({ authorities }) => {
    const { material, findings } = success(readPemPair(server.chainPem, server.keyPem, authorities));

    expect(subjects(material.chainPem)).toEqual(['CN=twc.example.com', 'CN=intermediate']);
    expect(findings.map(({ reason }) => reason)).toEqual(['IncompleteChain']);
  });

  it('refuses the key of another certificate', () => {
    const chain = fixture('openssl-leaf.crt').toString();
    const { material } = success(readKeystore(fixture('rsa.p12'), { password: 'nomagic' }));

    expect(failure(readPemPair(chain, material.keyPem))).toEqual({
      ok: false,
      reason: 'KeyMismatch',
      message:
        'the private key belongs to none of the certificates ("CN=twc.example.com, O=Example, C=DE"); give the key and the certificate of one pair',
    });
  });

  it('passes over text between the blocks, Windows line ends and missing final line ends', () => {
    const chain = `Bag Attributes\n  friendlyName: x\n${server.fullChainPem}`
      .trimEnd()
      .replaceAll('\n', '\r\n');

    const { material } = success(readPemPair(chain, server.keyPem.replaceAll('\n', '\r\n')));

    expect(material.chainPem).toBe(server.fullChainPem);
  });

  it('reads what it made into the same again, so that what is served can be read back', () => {
    const { material } = success(readPemPair(root.rootPem + server.chainPem, server.keyPem));

    const again = success(readPemPair(material.chainPem, material.keyPem));

    expect(again).toEqual({ ok: true, material, findings: [] });
  });
});

describe('a PEM pair that cannot be used', () => {
  const encryptedPkcs8 = createPrivateKey(server.keyPem)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
    .toString();
  const encryptedPkcs1 = createPrivateKey(rsa.keyPem)
    .export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
    .toString();
  const encrypted =
    'the private key is encrypted, and a TLS Secret has no place for its password; decrypt it with openssl pkey -in encrypted.key -out tls.key';

  it.each([
    {
      what: 'a key of another certificate',
      chain: server.chainPem,
      key: other.keyPem,
      reason: 'KeyMismatch',
      message:
        'the private key belongs to none of the certificates ("CN=twc.example.com", "CN=intermediate"); give the key and the certificate of one pair',
    },
    {
      what: 'an encrypted key (PKCS#8)',
      chain: server.chainPem,
      key: encryptedPkcs8,
      reason: 'EncryptedKey',
      message: encrypted,
    },
    {
      what: 'an encrypted key (PKCS#1)',
      chain: rsa.chainPem,
      key: encryptedPkcs1,
      reason: 'EncryptedKey',
      message: encrypted,
    },
    {
      what: 'a certificate in place of the key',
      chain: server.chainPem,
      key: root.rootPem,
      reason: 'NoPrivateKey',
      message: 'there is no private key (found: CERTIFICATE); give it as PEM, unencrypted',
    },
    {
      what: 'no key',
      chain: server.chainPem,
      key: '',
      reason: 'NoPrivateKey',
      message: 'there is no private key (found: no PEM at all); give it as PEM, unencrypted',
    },
    {
      what: 'half a key',
      chain: server.chainPem,
      key: server.keyPem.slice(0, 100),
      reason: 'DamagedKey',
      message: '"BEGIN PRIVATE KEY" has no "END PRIVATE KEY"; copy the whole file',
    },
    {
      what: 'an altered key',
      chain: server.chainPem,
      key: server.keyPem.replace(/^M.{20}/m, 'MAAA'),
      reason: 'DamagedKey',
      message: 'the private key is cut off, altered, or of an unknown kind; export it again',
    },
    {
      what: 'no certificate',
      chain: server.keyPem,
      key: server.keyPem,
      reason: 'NoCertificate',
      message:
        'there is no "BEGIN CERTIFICATE" in the chain; give it as PEM, the leaf and its intermediates in one file',
    },
    {
      what: 'half a chain',
      chain: server.chainPem.slice(0, -40),
      key: server.keyPem,
      reason: 'DamagedCertificate',
      message: '"BEGIN CERTIFICATE" has no "END CERTIFICATE"; copy the whole file',
    },
    {
      what: 'an altered intermediate',
      chain: server.certificatePem + root.rootPem.replace(/^M.{20}/m, 'MAAA'),
      key: server.keyPem,
      reason: 'DamagedCertificate',
      message:
        'certificate 2 of the chain is cut off, altered, or has a key of an unknown kind; export it again',
    },
  ])('$what: $reason', ({ chain, key, reason, message }) => {
    const result = failure(readPemPair(chain, key));

    expect(result).toEqual({ ok: false, reason, message });
  });

  it('reads a megabyte of beginnings in one pass', () => {
    const beginnings = '-----BEGIN A-----\n'.repeat(55_000);

    const result = failure(readPemPair(beginnings, server.keyPem));

    expect(result.reason).toBe('DamagedCertificate');
  });
});
