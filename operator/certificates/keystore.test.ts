import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readKeystore } from './keystore.ts';
import { failure, fixture, subjects, success } from './testdata/fixtures.ts';

const NAMES = ['twc.example.com', '*.apps.example.com'];

describe('readKeystore', () => {
  it.each([
    { file: 'rsa.p12', keyType: 'RSA-2048', made: 'keytool of JDK 17' },
    { file: 'rsa-legacy.p12', keyType: 'RSA-2048', made: 'keytool before JDK 17 (RC2-40, 3DES, SHA-1)' },
    { file: 'ec-p256.p12', keyType: 'EC-P-256', made: 'keytool' },
    { file: 'ec-p384.p12', keyType: 'EC-P-384', made: 'keytool' },
    { file: 'ed25519.p12', keyType: 'Ed25519', made: 'keytool' },
    { file: 'keystore.jks', keyType: 'EC-P-256', made: 'keytool as JKS' },
  ])('reads $keyType made by $made', ({ file, keyType }) => {
    const result = success(readKeystore(fixture(file), { password: 'nomagic' }));

    const { leaf, chainPem, keyPem } = result.material;
    const certificate = new X509Certificate(chainPem);
    expect(leaf).toMatchObject({
      keyType,
      subject: 'CN=twc.example.com, O=Example, C=DE',
      issuer: 'CN=twc.example.com, O=Example, C=DE',
      dnsNames: NAMES,
      ipAddresses: ['192.0.2.10', '2001:db8::10'],
      selfSigned: true,
    });
    expect(leaf.fingerprintSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(leaf.fingerprintSha256.toUpperCase()).toBe(certificate.fingerprint256.replaceAll(':', ''));
    expect(leaf.notAfter.getUTCFullYear()).toBeGreaterThan(2100);
    expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
    expect(result.findings.map(({ reason }) => reason)).toEqual(['DefaultPassword']);
  });

  it.each([
    { file: 'openssl.p12', password: 'changeit', what: 'several certificates' },
    { file: 'openssl-legacy.p12', password: 'changeit', what: 'legacy encryption' },
    { file: 'openssl-umlauts.p12', password: 'pässwörd€', what: 'a password that is not ASCII' },
    {
      file: 'openssl-umlauts-legacy.p12',
      password: 'pässwörd€',
      what: 'legacy encryption and a password that is not ASCII',
    },
    { file: 'openssl-empty-password.p12', password: '', what: 'an empty password' },
    { file: 'openssl-no-mac.p12', password: 'changeit', what: 'no integrity check' },
    { file: 'openssl-plain.p12', password: '', what: 'no protection at all' },
  ])('reads what openssl made, with $what', ({ file, password }) => {
    const result = success(readKeystore(fixture(file), { password }));

    expect(result.material.leaf).toMatchObject({
      subject: 'CN=twc.example.com, O=Example, C=DE',
      keyType: 'RSA-2048',
    });
  });

  it('reads indefinite lengths, as older tools write them', () => {
    const der = fixture('openssl.p12');
    const ber = Buffer.concat([Buffer.of(0x30, 0x80), der.subarray(4), Buffer.of(0, 0)]);

    const result = readKeystore(ber, { password: 'changeit' });

    expect(result).toEqual(readKeystore(der, { password: 'changeit' }));
  });

  it.each(['chain.p12', 'openssl.p12', 'chain.jks'])(
    'orders the chain of %s: leaf, intermediate, root',
    (file) => {
      const { material, findings } = success(readKeystore(fixture(file), { password: 'changeit' }));

      expect(subjects(material.chainPem)).toEqual([
        'CN=twc.example.com',
        'CN=Example Issuing CA',
        'CN=Example Root CA',
      ]);
      expect(material.leaf).toMatchObject({ issuer: 'CN=Example Issuing CA', selfSigned: false });
      expect(findings).toEqual([]);
    },
  );

  it('reads from JKS what it reads from PKCS#12', () => {
    const jks = readKeystore(fixture('chain.jks'), { password: 'changeit' });

    expect(jks).toEqual(readKeystore(fixture('chain.p12'), { password: 'changeit' }));
  });

  it('names the certificate that is missing between leaf and root', () => {
    const { material, findings } = success(
      readKeystore(fixture('openssl-no-intermediate.p12'), { password: 'changeit' }),
    );

    expect(subjects(material.chainPem)).toEqual(['CN=twc.example.com']);
    expect(findings).toEqual([
      {
        reason: 'IncompleteChain',
        message:
          'the chain ends at "CN=twc.example.com, O=Example, C=DE", and its issuer "CN=Example Issuing CA" is neither given nor a public root: clients that don\'t know it will refuse the connection; add the issuer\'s certificate to the chain',
      },
    ]);
  });

  it('gives the same result for the same keystore, so that nothing is written when nothing changed', () => {
    const bytes = fixture('chain.p12');

    const first = readKeystore(bytes, { password: 'changeit' });

    expect(readKeystore(bytes, { password: 'changeit' })).toEqual(first);
  });
});

describe('the alias', () => {
  it.each([
    ['several.p12', 'teamworkcloud'],
    ['several.p12', 'TeamworkCloud'],
    ['several.p12', undefined],
    ['several.jks', 'TeamworkCloud'],
    ['several.jks', undefined],
  ])('of %s, %s, selects its entry among several', (file, alias) => {
    const several = fixture(file);
    const access = alias === undefined ? { password: 'changeit' } : { password: 'changeit', alias };

    const { material, findings } = success(readKeystore(several, access));

    const webapp = success(readKeystore(several, { password: 'changeit', alias: 'webapp' }));
    expect(material.leaf.fingerprintSha256).not.toBe(webapp.material.leaf.fingerprintSha256);
    expect(subjects(material.chainPem)).toHaveLength(1);
    expect(findings).toEqual([]);
  });

  it('may be left out where there is one key, which is said', () => {
    const { material, findings } = success(
      readKeystore(fixture('tomcat.p12'), { password: 's3cret-of-tomcat' }),
    );

    expect(material.leaf.keyType).toBe('EC-P-256');
    expect(findings).toEqual([
      {
        reason: 'AliasAssumed',
        message:
          'the keystore has no alias teamworkcloud; its only key, tomcat, is used; give its alias to say that this is meant',
      },
    ]);
  });

  it('may be left out where the only key has none', () => {
    const { findings } = success(readKeystore(fixture('openssl-no-name.p12'), { password: 'changeit' }));

    expect(findings[0]).toMatchObject({ reason: 'AliasAssumed' });
  });

  it.each([
    {
      file: 'several.p12',
      alias: 'tomcat',
      message:
        'the keystore has no alias tomcat; aliases with a key: rest, teamworkcloud, webapp; give one of them',
    },
    {
      file: 'several.p12',
      alias: 'example-root',
      message:
        'alias example-root of the keystore is a certificate without a key; aliases with a key: rest, teamworkcloud, webapp; give one of them',
    },
    {
      file: 'several.jks',
      alias: 'example-root',
      message:
        'alias example-root of the keystore is a certificate without a key; aliases with a key: rest, teamworkcloud, webapp; give one of them',
    },
    {
      file: 'chain.p12',
      alias: 'tomcat',
      message: 'the keystore has no alias tomcat; aliases with a key: teamworkcloud; give one of them',
    },
  ])(
    '$alias that $file does not have as a key is refused, with those that it has',
    ({ file, alias, message }) => {
      const result = failure(readKeystore(fixture(file), { password: 'changeit', alias }));

      expect(result).toEqual({ ok: false, reason: 'AliasNotFound', message });
    },
  );
});
