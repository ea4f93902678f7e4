import { isIP } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalHost } from '../../addresses/canonical-host.ts';
import { confinedCookie } from './cookies.ts';
import { redirectedTo } from './location.ts';
import { readTarget, type Target } from './target.ts';
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
  '/',
  '\\',
  ':',
  '@',
  '?',
  '#',
  '%',
  '.',
  '[',
  ']',
  '&',
  ';',
  ',',
  '=',
  ' ',
  '\t',
  '\n',
  '\r',
  '\0',
  '-',
  '_',
  '*',

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

  'tm1.example.com',
  'a.apps.example.com',
  'login.example.org',
  'evil.example',
  '127.0.0.1',
  '0x7f',
  ':8010',

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
];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join(''));
const RUNS = { numRuns: 10_000 };

/** True for one spelling of a host and a port that there is. */
function isInOneSpelling({ host, port }: Target): boolean {
  const isHost = isIP(host) !== 0 || /^[-a-z0-9_]+(\.[-a-z0-9_]+)*$/.test(host);
  const isCanonical = canonicalHost(isIP(host) === 6 ? `[${host}]` : host) === host;
  return isHost && isCanonical && port >= 1 && port <= 65_535;
}

/** True for a Location that leads a browser, which has asked the proxy, below an allowed host or to the gateway. */
function leadsWhereItMay(location: string): boolean {
  const { origin, pathname, username } = new URL(location, `${PROXY}/to/tm1.example.com/x`);
  const isBelow = /^\/to\/(?:tm1\.example\.com|[-a-z0-9_]+\.apps\.example\.com:8010)(?:\/|$)/.test(pathname);
  const mayLead = origin === PROXY ? isBelow : origin === 'https://login.example.org';
  return mayLead && username === '' && /^[!-~]+$/.test(location);
}

/** True for a cookie that browsers send to the proxy for the target alone. */
function isConfined(cookie: string): boolean {
  const parts = cookie.split(';').map((part) => part.trim());
  const names = parts.map((part) => (part.split('=', 1)[0] ?? '').trim().toLowerCase());
  const paths = parts.filter((_part, index) => names[index] === 'path');
  const [path = ''] = paths;
  return (
    !names.includes('domain') && paths.length === 1 && /^Path=\/to\/tm1\.example\.com(?:\/|$)/.test(path)
  );
}

describe('whatever is made of the pieces that confuse parsers', () => {
  it('a request names nothing, or a host in the one spelling that it has', () => {
    const segments = fc.oneof(text, fc.string({ unit: 'binary' }));
    const property = fc.property(segments, (segment) => {
      const target = readTarget(segment, 443);
      return target === null || isInOneSpelling(target);
    });

    expect(fc.check(property, RUNS).counterexample).toBeNull();
  });

  it('a redirect leads to the proxy, below an allowed host, or to the gateway, or nowhere', () => {
    let somewhere = 0;
    const property = fc.property(text, (location) => {
      const to = redirected(location);
      somewhere += to === null ? 0 : 1;
      return to === null || leadsWhereItMay(to);
    });

    expect(fc.check(property, RUNS).counterexample).toBeNull();
    expect(somewhere).toBeGreaterThan(0);
  });

  it('a cookie goes back to its target alone', () => {
    // The parser of fields lets no control character through.
    const value = text.map((cookie) => cookie.replaceAll(/[\0\r\n]/g, ''));
    const known = fc.constantFrom('Path=/', 'path = /x', 'PATH', 'Domain=x', 'Secure');
    const attributes = fc.array(fc.oneof(value, known), { maxLength: 5 });
    const place = { base: '/to/tm1.example.com', path: '/x/y', cookies: undefined };
    const property = fc.property(attributes, (parts) =>
      isConfined(confinedCookie(['a=b', ...parts].join(';'), place)),
    );

    expect(fc.check(property, RUNS).counterexample).toBeNull();
  });
});

function redirected(location: string): string | null {
  return redirectedTo(Buffer.from(location, 'utf8').toString('latin1'), {
    targets: TARGETS,
    target: { host: 'tm1.example.com', port: 443 },
    prefix: '/to',
    base: '/to/tm1.example.com',
    requested: '/x',
  });
}
