import { describe, expect, it } from '@jest/globals';
import { redirectedTo } from './location.ts';
import { ForwardTargets } from './targets.ts';

const FORWARD = {
  protocol: 'HTTPS',
  port: 443,
  allowedHosts: ['tm1.example.com', '*.apps.example.com:8010'],
  oauthAllowedHosts: ['login.example.org', '*.sso.example.org:8443'],
  allowedAddresses: [],
  refusedAddresses: [],
  tls: { verify: 'Chain', trustFiles: [], pinnedSha256: [] },
  targets: 4,
} as const;

function to(location: string, config: Partial<typeof FORWARD> | object = {}): string | null {
  return redirectedTo(Buffer.from(location, 'utf8').toString('latin1'), {
    targets: new ForwardTargets({ ...FORWARD, ...config }, []),
    target: { host: 'tm1.example.com', port: 443 },
    prefix: '/to',
    base: '/to/tm1.example.com',
    requested: '/api/v1/Cubes?x=1',
  });
}

describe('redirectedTo', () => {
  it.each([
    ['/login?next=%2F', '/to/tm1.example.com/login?next=%2F'],
    ['Dimensions', '/to/tm1.example.com/api/v1/Dimensions'],
    ['?y=2', '/to/tm1.example.com/api/v1/Cubes?y=2'],
    ['', '/to/tm1.example.com/api/v1/Cubes?x=1'],
    ['/app#/home', '/to/tm1.example.com/app#/home'],
    ['https://tm1.example.com/x', '/to/tm1.example.com/x'],
    ['https://tm1.example.com:443/x', '/to/tm1.example.com/x'],
    ['http://tm1.example.com/x', '/to/tm1.example.com/x'],
    ['http://tm1.example.com:80/x', '/to/tm1.example.com/x'],
    ['HTTPS://TM1.EXAMPLE.COM./x', '/to/tm1.example.com/x'],
    ['//tm1.example.com/x', '/to/tm1.example.com/x'],
    ['https://tm1.example.com//evil.example', '/to/tm1.example.com//evil.example'],
    ['https://a.apps.example.com:8010/x', '/to/a.apps.example.com:8010/x'],
    ["/api/v1/Cubes('Sales Plan')", "/to/tm1.example.com/api/v1/Cubes('Sales%20Plan')"],
    ['/größe', '/to/tm1.example.com/gr%C3%B6%C3%9Fe'],
  ])('%j leads through the proxy', (location, expected) => {
    expect(to(location)).toBe(expected);
  });

  it.each([
    ['https://login.example.org/authorize?client_id=a', 'https://login.example.org/authorize?client_id=a'],
    ['https://LOGIN.example.org:443/a', 'https://login.example.org/a'],
    ['//login.example.org/a', 'https://login.example.org/a'],
    ['https://login.example.org./a', 'https://login.example.org/a'],
    ['//login.example.org\uff0e', 'https://login.example.org/'],
    ['https://eu.sso.example.org:8443/a', 'https://eu.sso.example.org:8443/a'],
  ])('%j leads to a sign-on gateway', (location, expected) => {
    expect(to(location)).toBe(expected);
    expect(to(location, { oauthAllowedHosts: [] })).toBeNull();
  });

  it.each([
    'https://evil.example/',
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '////evil.example/',
    '/\\evil.example',
    '\\\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    'https:\\\\evil.example',
    'https:login.example.org',
    'https:/login.example.org/',
    'https:///login.example.org/',
    'ht\ttps://login.example.org/',
    'https://login.example.org\\@evil.example/',
    'https://evil.example\\.login.example.org/',
    'https://user@login.example.org/',
    'https://user:password@login.example.org/',
    'https://login.example.org@evil.example/',
    'https://login.example.org:443@evil.example/',
    'https://login.example.org%40evil.example/',
    'https://login.example.org%2eevil.example/',
    'https://evil.example#login.example.org',
    'https://evil.example#@login.example.org/',
    'https://evil.example?login.example.org',
    'https://evil.example/login.example.org',
    'https://login.example.org/#fragment',
    'https://login.example.org#@evil.example',
    'https://login.example.org.evil.example/',
    'https://xlogin.example.org/',
    'https://login.example.org:8443/',
    'https://a.b.sso.example.org:8443/',
    'https://sso.example.org:8443/',
    'https://eu.sso.example.org/',
    'http://login.example.org/',
    'ftp://login.example.org/',
    'wss://login.example.org/',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'about:blank',
    'mailto:a@login.example.org',
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://login。example。evil/',
    'https://loginーexample.org/',
    'https://login.example.org\u200d/',
    'https://ⅼogin.example.evil/',
    'https://login.example.org\u00a0/',
    'https://login.example.org:99999/',
    'https://tm1.example.com:8443/',
    'https://user@tm1.example.com/',
    'https://tm1.example.com@evil.example/',
    'https://apps.example.com:8010/',
    'https://a.apps.example.com/',
    'https://a b/',
    'https://',
    'https:',
    '//',
    '//@evil.example',
    'https://evil.example/..//',
    '\u2028//evil.example',
    '\0//evil.example',
  ])('%j leads nowhere', (location) => {
    expect(to(location)).toBeNull();
    expect(to(location, { oauthAllowedHosts: [] })).toBeNull();
  });
});
