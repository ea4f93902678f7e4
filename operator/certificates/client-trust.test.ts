import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { trustAnchor, trustStores } from './client-trust.ts';
import { readJks } from './jks/read.ts';
import { writeJksTrustStore } from './jks/write.ts';
import { readKeystore } from './keystore.ts';
import { readPemPair } from './pem.ts';
import { readPkcs12 } from './pkcs12/read.ts';
import { writePkcs12TrustStore } from './pkcs12/trust-store.ts';
import { fixture, subjects, success } from './testdata/fixtures.ts';

const root = makeAuthority({ name: 'root' });
const intermediate = makeAuthority({ name: 'intermediate', issuer: root });
const server = issue(intermediate, { commonName: 'server' });

describe('trustAnchor', () => {
  it.each([
    { what: 'the root', chain: server.fullChainPem, anchor: root.certificatePem },
    {
      what: 'without a root, the highest certificate',
      chain: server.chainPem,
      anchor: intermediate.certificatePem,
    },
    { what: 'of a lone certificate, itself', chain: server.certificatePem, anchor: server.certificatePem },
  ])('is $what', ({ chain, anchor }) => {
    const { material } = success(readPemPair(chain, server.keyPem));

    const trust = trustAnchor(material);

    const expected = new X509Certificate(anchor);
    expect(trust.crtPem).toBe(anchor);
    expect(trust.crtDer.equals(expected.raw)).toBe(true);
    expect(trust.anchorFingerprint.toUpperCase()).toBe(expected.fingerprint256.replaceAll(':', ''));
    expect(trust.fingerprint).toBe(material.leaf.fingerprintSha256);
  });
});

describe('trustStores', () => {
  const other = issue(makeAuthority({ name: 'other root' }), { commonName: 'other' });
  const anchorOf = ({ fullChainPem, keyPem }: typeof server) =>
    trustAnchor(success(readPemPair(fullChainPem, keyPem)).material);
  const anchors = [
    { name: 'public', anchor: anchorOf(server) },
    { name: 'internal', anchor: anchorOf(other) },
    { name: 'renewed', anchor: anchorOf(server) },
  ];

  it('hold the anchor of every certificate once, under the name of the first that has it', () => {
    const { jks, p12 } = trustStores(anchors);

    for (const { keys, certificates } of [readJks(jks, 'changeit'), readPkcs12(p12, 'changeit')]) {
      expect(keys).toEqual([]);
      expect(certificates.map(({ friendlyName, der }) => [friendlyName, subjects(pem(der))])).toEqual([
        ['public', ['CN=root']],
        ['internal', ['CN=other root']],
      ]);
    }
  });

  it('are the same bytes for the same certificates, so that nothing is written when nothing changed', () => {
    const first = trustStores(anchors);

    expect(trustStores(anchors)).toEqual(first);
  });

  function pem(der: Buffer): string {
    return new X509Certificate(der).toString();
  }
});

describe('the trust stores that keytool made', () => {
  const anchor = rootOfFixtures();

  it('are those that we write as JKS, byte for byte', () => {
    const theirs = fixture('trust.jks');
    // Magic, version, count, tag: 16 bytes; alias: 2 + 14 bytes; then the date.
    const created = new Date(Number(theirs.readBigInt64BE(32)));

    const ours = writeJksTrustStore([{ alias: 'teamwork-proxy', der: anchor, created }], 'changeit');

    expect(ours.toString('hex')).toBe(theirs.toString('hex'));
  });

  it('are those that we write as PKCS#12, byte for byte', () => {
    const theirs = fixture('trust.p12');
    // At the end: the salt, then an INTEGER of two bytes.
    const salt = theirs.subarray(-24, -4);

    const ours = writePkcs12TrustStore([{ alias: 'teamwork-proxy', der: anchor }], {
      password: 'changeit',
      salt,
      iterations: 10_000,
    });

    expect(ours.toString('hex')).toBe(theirs.toString('hex'));
  });

  function rootOfFixtures(): Buffer {
    const { material } = success(readKeystore(fixture('chain.p12'), { password: 'changeit' }));
    return trustAnchor(material).crtDer;
  }
});
