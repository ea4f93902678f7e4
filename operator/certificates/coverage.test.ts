import { describe, expect, it } from '@jest/globals';
import { covers } from './coverage.ts';

const names = {
  dnsNames: ['twc.example.com', '*.Apps.example.com', '*', 'f*.example.org'],
  ipAddresses: ['192.0.2.10', '2001:db8::10'],
};

describe('covers', () => {
  it.each([
    'twc.example.com',
    'TWC.Example.COM',
    'twc.example.com.',
    'a.apps.example.com',
    'xn--bcher-kva.apps.example.com',
    '192.0.2.10',
    '2001:db8::10',
    '2001:DB8:0:0::10',
  ])('%s is covered', (server) => {
    expect(covers(names, server)).toBe(true);
  });

  it.each([
    'example.com',
    'other.example.com',
    'apps.example.com',
    'a.b.apps.example.com',
    '.apps.example.com',
    'localhost',
    'foo.example.org',
    '',
    '192.0.2.11',
    '2001:db8::11',
    '::ffff:192.0.2.10',
  ])('%s is not covered', (server) => {
    expect(covers(names, server)).toBe(false);
  });

  it('does not take a DNS name for an address', () => {
    expect(covers({ dnsNames: ['192.0.2.10'], ipAddresses: [] }, '192.0.2.10')).toBe(false);
  });
});
