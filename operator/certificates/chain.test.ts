import { createPrivateKey, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import type { IssuedCertificate } from '../../test/support/certificates.ts';
import { orderChain, unusedFindings } from './chain.ts';
import { publicRootOf } from './public-roots.ts';

const root = makeAuthority({ name: 'root' });
const upper = makeAuthority({ name: 'upper', issuer: root });
const lower = makeAuthority({ name: 'lower', issuer: upper });
const server = issue(lower, { commonName: 'server' });
const impostor = makeAuthority({ name: 'lower', issuer: root });
const stranger = makeAuthority({ name: 'stranger' });

const PEM = {
  server: server.certificatePem,
  lower: lower.certificatePem,
  upper: upper.certificatePem,
  root: root.certificatePem,
  impostor: impostor.certificatePem,
  stranger: stranger.certificatePem,
};
type Name = keyof typeof PEM;

function order(leaf: IssuedCertificate, pems: readonly string[]) {
  return orderChain(
    createPrivateKey(leaf.keyPem),
    pems.map((pem) => new X509Certificate(pem)),
  );
}

function names(certificates: readonly X509Certificate[]): string[] {
  return certificates.map(({ subject }) => subject.replace('CN=', ''));
}

describe('orderChain', () => {
  it.each<{ given: Name[]; chain: string[]; unused: string[]; findings: string[] }>([
    {
      given: ['server', 'lower', 'upper', 'root'],
      chain: ['server', 'lower', 'upper', 'root'],
      unused: [],
      findings: [],
    },
    {
      given: ['root', 'upper', 'lower', 'server'],
      chain: ['server', 'lower', 'upper', 'root'],
      unused: [],
      findings: [],
    },
    {
      given: ['upper', 'server', 'root', 'lower'],
      chain: ['server', 'lower', 'upper', 'root'],
      unused: [],
      findings: [],
    },
    {
      given: ['server', 'server', 'lower', 'lower', 'upper', 'root'],
      chain: ['server', 'lower', 'upper', 'root'],
      unused: [],
      findings: [],
    },
    {
      given: ['server', 'lower', 'upper'],
      chain: ['server', 'lower', 'upper'],
      unused: [],
      findings: ['IncompleteChain'],
    },
    {
      given: ['server', 'upper', 'root'],
      chain: ['server'],
      unused: ['upper', 'root'],
      findings: ['IncompleteChain'],
    },
    { given: ['server'], chain: ['server'], unused: [], findings: ['IncompleteChain'] },
    {
      given: ['stranger', 'server', 'lower', 'upper', 'root'],
      chain: ['server', 'lower', 'upper', 'root'],
      unused: ['stranger'],
      findings: [],
    },
    {
      given: ['impostor', 'server', 'lower', 'upper', 'root'],
      chain: ['server', 'lower', 'upper', 'root'],
      unused: ['lower'],
      findings: [],
    },
  ])('makes $chain of $given', ({ given, chain, unused, findings }) => {
    const result = order(
      server,
      given.map((name) => PEM[name]),
    );

    expect(names(result.chain)).toEqual(chain);
    expect(names(result.unused)).toEqual(unused);
    expect(result.findings.map(({ reason }) => reason)).toEqual(findings);
  });

  it('says where a chain ends too early, and what to add', () => {
    const { findings } = order(server, [PEM.server]);

    expect(findings).toEqual([
      {
        reason: 'IncompleteChain',
        message:
          'the chain ends at "CN=server", and its issuer "CN=lower" is neither given nor a public root: clients that don\'t know it will refuse the connection; add the issuer\'s certificate to the chain',
      },
    ]);
  });

  it('says what is left out', () => {
    const findings = unusedFindings([new X509Certificate(PEM.stranger), new X509Certificate(PEM.root)]);

    expect(findings).toEqual([
      {
        reason: 'UnusedCertificates',
        message:
          '"CN=stranger", "CN=root" did not issue any certificate of the chain and is not sent; remove it, or correct the chain',
      },
    ]);
  });

  it('refuses a key that belongs to no certificate', () => {
    expect(() => order(server, [PEM.lower, PEM.root])).toThrow(
      'the private key belongs to none of the certificates ("CN=lower", "CN=root")',
    );
  });

  it('refuses a key without any certificate', () => {
    expect(() => order(server, [])).toThrow('there is no certificate beside the private key; add its chain');
  });
});

describe('publicRootOf', () => {
  it('finds a root by name and signature', () => {
    const roots = rootCertificates.map((pem) => new X509Certificate(pem));
    const [first] = roots.filter((root) => root.issuer === root.subject);

    expect(first && publicRootOf(first)?.fingerprint256).toBe(first?.fingerprint256);
  });

  it('finds none for a private authority, even if it has the name of a public one', () => {
    const name = new X509Certificate(rootCertificates[0] ?? '').subject.split('CN=')[1] ?? '';
    const impostor = makeAuthority({ name });

    expect(publicRootOf(new X509Certificate(impostor.certificatePem))).toBeUndefined();
  });
});
