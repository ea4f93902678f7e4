import { isIP } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalHost } from '../../addresses/canonical-host.ts';
import { confinedCookie } from './cookies.ts';
import { redirectedTo } from './location.ts';
import { readTarget } from './target.ts';
import { ForwardTargets } from './targets.ts';

const PROXY = 'https://proxy.example.net';
const TARGETS = new ForwardTargets(
  {
    protocol: 'HTTPS',
    port: 443,
    allowedHosts: ['tm1.example.com', '*.apps.example.com:8010'],
    oauthAllowedHosts: ['login.example.org'],
    allowedAddresses: [],
    refusedAddresses: [],
    targets: 4,
  },
  [],
);

/** What hosts and addresses of pages are made of, and what confuses those who read them. */
const PIECES = [
  ...'/\\:@?#%.[]&;,= \t\n\r\0-_*',
  ...[
    '//',
    'http:',
    'https:',
    'https://',
    'javascript:',
    '%2f',
    '%5c',
    '%40',
    '%00',
    '%2e',
    '%25',
    '..',
    '::1',
  ],
  ...[
    'tm1.example.com',
    'a.apps.example.com',
    'login.example.org',
    'evil.example',
    '127.0.0.1',
    '0x7f',
    ':8010',
  ],
  ...[
    '\u200b',
    '\u200d',
    '\u3002',
    '\uff0e',
    '\uff0f',
    '\uff1a',
    '\uff20',
    '\u00ad',
    '\u2028',
    '\u00e9',
    'A',
    '1',
  ],
];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join(''));
const RUNS = { numRuns: 2_000 };

describe('whatever a request names', () => {
  it('is nothing, or a host in the one spelling that it has', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (segment) => {
        const target = readTarget(segment, 443);
        if (target !== null) {
          const { host, port } = target;
          expect(isIP(host) !== 0 || /^[-a-z0-9_]+(\.[-a-z0-9_]+)*$/.test(host)).toBe(true);
          expect(canonicalHost(isIP(host) === 6 ? `[${host}]` : host)).toBe(host);
          expect(port >= 1 && port <= 65_535).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('wherever a target redirects', () => {
  const redirected = (location: string): string | null =>
    redirectedTo(Buffer.from(location, 'utf8').toString('latin1'), {
      targets: TARGETS,
      target: { host: 'tm1.example.com', port: 443 },
      prefix: '/to',
      base: '/to/tm1.example.com',
      requested: '/x',
    });

  it('a browser is led to the proxy, below an allowed host, or to the gateway, or nowhere', () => {
    let somewhere = 0;
    fc.assert(
      fc.property(text, (location) => {
        const to = redirected(location);
        if (to !== null) {
          somewhere += 1;
          // As a browser reads it that has asked the proxy.
          const { origin, pathname, username } = new URL(to, `${PROXY}/to/tm1.example.com/x`);
          const below = /^\/to\/(?:tm1\.example\.com|[-a-z0-9_]+\.apps\.example\.com:8010)(?:\/|$)/.test(
            pathname,
          );
          expect(origin === PROXY ? below : origin).toBe(
            origin === PROXY ? true : 'https://login.example.org',
          );
          expect(username).toBe('');
          expect(to).toMatch(/^[!-~]+$/);
        }
      }),
      RUNS,
    );
    expect(somewhere).toBeGreaterThan(0);
  });
});

describe('whatever cookie a target sets', () => {
  it('goes back to it alone', () => {
    // The parser of fields lets no control character through.
    const value = text.map((cookie) => cookie.replaceAll(/[\0\r\n]/g, ''));
    const parts = fc.array(
      fc.oneof(value, fc.constantFrom('Path=/', 'path = /x', 'PATH', 'Domain=x', 'Secure')),
      {
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(parts, (attributes) => {
        const place = { base: '/to/tm1.example.com', path: '/x/y' };
        const cookie = confinedCookie(['a=b', ...attributes].join(';'), { ...place, cookies: undefined });
        const names = cookie.split(';').map((part) => (part.split('=', 1)[0] ?? '').trim().toLowerCase());
        const paths = cookie.split(';').filter((_part, index) => names[index] === 'path');
        expect(names).not.toContain('domain');
        expect(paths).toEqual([expect.stringMatching(/^ Path=\/to\/tm1\.example\.com(?:\/|$)/)]);
      }),
      RUNS,
    );
  });
});
