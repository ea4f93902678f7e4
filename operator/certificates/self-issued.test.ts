import { describe, expect, it } from '@jest/globals';
import { readPemPair } from './pem.ts';
import { renewIfNeeded } from './self-issued.ts';
import type { SelfIssued, SelfIssuedRequest } from './self-issued.ts';
import { success } from './testdata/fixtures.ts';
import type { LeafFacts } from './types.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = new Date('2026-11-24T12:00:00Z');

const request: SelfIssuedRequest = {
  authorityName: 'twc public',
  names: ['twc.example.com', '*.apps.example.com', '192.0.2.10', '2001:db8::10'],
  keyType: 'EC-P-256',
  lifetime: 90 * DAY,
  now: NOW,
};

function leafOf({ chainPem, keyPem, authorityPem }: SelfIssued): LeafFacts {
  return success(readPemPair(chainPem, keyPem, authorityPem)).material.leaf;
}

function after(days: number): Date {
  return new Date(NOW.getTime() + days * DAY);
}

describe('a certificate of an authority of its own', () => {
  const first = renewIfNeeded(null, request);

  it('covers all names and addresses, and leads to the authority', () => {
    const { material, findings } = success(readPemPair(first.chainPem, first.keyPem, first.authorityPem));

    expect(findings).toEqual([]);
    expect(material.leaf).toMatchObject({
      subject: 'CN=twc.example.com',
      issuer: 'CN=twc public',
      dnsNames: ['twc.example.com', '*.apps.example.com'],
      ipAddresses: ['192.0.2.10', '2001:db8::10'],
      keyType: 'EC-P-256',
      notAfter: after(90),
    });
  });

  it.each([
    ['at once', {}],
    ['later', { now: after(59) }],
    [
      'with its names in another order and spelling',
      { names: ['2001:db8:0::10', ...request.names.slice(0, 3)] },
    ],
  ])('stays as it is %s', (_, changes) => {
    expect(renewIfNeeded(first, { ...request, ...changes })).toBe(first);
  });

  it.each([
    ['a third of its lifetime is left', { now: after(60.1) }],
    ['it has expired', { now: after(400) }],
    ['a name is added', { names: [...request.names, 'client.example.com'] }],
    ['a name is removed', { names: request.names.slice(1) }],
    ['an address has changed', { names: [...request.names.slice(0, 3), '2001:db8::11'] }],
    ['a name takes the place of its wildcard', { names: ['a.apps.example.com', ...request.names.slice(1)] }],
    ['another kind of key is wanted', { keyType: 'RSA-2048' as const }],
    ['a shorter lifetime is wanted', { lifetime: 10 * DAY }],
  ])('is renewed by the same authority when %s', (_, changes) => {
    const wanted = { ...request, ...changes };

    const renewed = renewIfNeeded(first, wanted);

    expect(renewed.authorityPem).toBe(first.authorityPem);
    expect(renewed.keyPem).not.toBe(first.keyPem);
    expect(leafOf(renewed).keyType).toBe(wanted.keyType);
    expect(renewIfNeeded(renewed, wanted)).toBe(renewed);
  });

  it.each([
    ['ends before the certificate would', first, after(3600)],
    ['has a key that is not its own', { ...first, authorityKeyPem: first.keyPem }, after(60.1)],
    ['is damaged', { ...first, authorityPem: '' }, NOW],
  ])('is issued by a new authority where the old one %s', (_, current, now) => {
    const renewed = renewIfNeeded(current, { ...request, now });

    expect(renewed.authorityPem).not.toBe(first.authorityPem);
    expect(leafOf(renewed).notAfter.getTime()).toBe(now.getTime() + request.lifetime);
  });

  it('has a short common name where no name is short', () => {
    const long = `${'a'.repeat(60)}.example.com`;

    expect(leafOf(renewIfNeeded(null, { ...request, names: [long] }))).toMatchObject({
      subject: 'CN=twc public',
      dnsNames: [long],
    });
  });
});
