import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { clientTrust } from './client-trust.ts';
import { writeJksTrustStore } from './jks.ts';
import { readKeystore } from './keystore.ts';
import { readPemPair } from './pem.ts';
import { readPkcs12 } from './pkcs12/read.ts';
import { writePkcs12TrustStore } from './pkcs12/trust-store.ts';
import { fixture, success } from './testdata/fixtures.ts';

const root = makeAuthority({ name: 'root' });
const intermediate = makeAuthority({ name: 'intermediate', issuer: root });
const server = issue(intermediate, { commonName: 'server' });

describe('clientTrust', () => {
  it.each([
    { what: 'the root', chain: server.fullChainPem, anchor: root.certificatePem },
    {
      what: 'without a root, the highest certificate',
      chain: server.chainPem,
      anchor: intermediate.certificatePem,
    },
    { what: 'of a lone certificate, itself', chain: server.certificatePem, anchor: server.certificatePem },
  ])('publishes $what', ({ chain, anchor }) => {
    const { material } = success(readPemPair(chain, server.keyPem));

    const trust = clientTrust(material);

    const expected = new X509Certificate(anchor);
    expect(trust.crtPem).toBe(anchor);
    expect(trust.crtDer.equals(expected.raw)).toBe(true);
    expect(trust.anchorFingerprint.toUpperCase()).toBe(expected.fingerprint256.replaceAll(':', ''));
    expect(trust.fingerprint).toBe(material.leaf.fingerprintSha256);
    expect(readPkcs12(trust.p12, 'changeit').certificates.map(({ der }) => der.equals(expected.raw))).toEqual(
      [true],
    );
    expect(trust.jks.includes(expected.raw)).toBe(true);
  });

  it('gives the same bytes for the same certificates, so that nothing is written when nothing changed', () => {
    const { material } = success(readKeystore(fixture('chain.p12'), { password: 'changeit' }));

    const first = clientTrust(material);

    expect(clientTrust(material)).toEqual(first);
  });
});

describe('the trust stores that keytool made', () => {
  const anchor = rootOfFixtures();

  it('are those that we write as JKS, byte for byte', () => {
    const theirs = fixture('trust.jks');
    // Magic, version, count, tag: 16 bytes; alias: 2 + 14 bytes; then the date.
    const created = new Date(Number(theirs.readBigInt64BE(32)));

    const ours = writeJksTrustStore('teamwork-proxy', anchor, { password: 'changeit', created });

    expect(ours.toString('hex')).toBe(theirs.toString('hex'));
  });

  it('are those that we write as PKCS#12, byte for byte', () => {
    const theirs = fixture('trust.p12');
    // At the end: the salt, then an INTEGER of two bytes.
    const salt = theirs.subarray(-24, -4);

    const ours = writePkcs12TrustStore('teamwork-proxy', anchor, {
      password: 'changeit',
      salt,
      iterations: 10_000,
    });

    expect(ours.toString('hex')).toBe(theirs.toString('hex'));
  });

  function rootOfFixtures(): Buffer {
    const { material } = success(readKeystore(fixture('chain.p12'), { password: 'changeit' }));
    return clientTrust(material).crtDer;
  }
});
