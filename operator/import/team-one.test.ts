import { describe, expect, it } from '@jest/globals';
import { importTeamOne } from './team-one.ts';

describe('the environment of a TeamOne proxy server', () => {
  it.each([
    ['PROXY_ALLOWED_HOST_PATTERN=tm1.example.com', ['tm1.example.com'], []],
    [
      'export PROXY_ALLOWED_HOST_PATTERN="*.planning-analytics.ibmcloud.com, TM1.Example.com:8010,"\nPROXY_OAUTH_ALLOWED_HOST_PATTERN=login.example.com\n',
      ['*.planning-analytics.ibmcloud.com', 'tm1.example.com:8010'],
      ['login.example.com'],
    ],
    [
      "# hosts\r\nPROXY_ALLOWED_HOST_PATTERN='a.test,a.test' # twice\r\nPROXY_OAUTH_ALLOWED_HOST_PATTERN=disabled.local\r\n",
      ['a.test'],
      [],
    ],
  ])('%j is read', (text, allowedHosts, oauthAllowedHosts) => {
    expect(importTeamOne(text)).toMatchObject({ ok: true, settings: { allowedHosts, oauthAllowedHosts } });
  });

  it.each([
    ['', /there is no PROXY_ALLOWED_HOST_PATTERN/],
    ['PROXY_ALLOWED_HOST_PATTERN=', /names no host/],
    ['PROXY_ALLOWED_HOST_PATTERN=disabled.local', /names no host/],
    [
      'PROXY_ALLOWED_HOST_PATTERN=a.test,https://b.test/',
      /PROXY_ALLOWED_HOST_PATTERN: https:\/\/b.test\/ is not a host/,
    ],
    [
      'PROXY_ALLOWED_HOST_PATTERN=a.test\nPROXY_OAUTH_ALLOWED_HOST_PATTERN=*',
      /PROXY_OAUTH_ALLOWED_HOST_PATTERN: \* is not a host/,
    ],
  ])('%j is refused', (text, error) => {
    const result = importTeamOne(text);

    expect(result.ok ? [] : result.errors).toEqual([expect.stringMatching(error)]);
  });

  it('tells for how much an asterisk stands', () => {
    const text =
      'PROXY_ALLOWED_HOST_PATTERN=*.a.test:8010,b.test\nPROXY_OAUTH_ALLOWED_HOST_PATTERN=*.c.test\n';
    const result = importTeamOne(text);

    expect(result.ok && result.remarks).toEqual([
      'PROXY_ALLOWED_HOST_PATTERN: *.a.test:8010 allows names with one more label, as certificates do: a.a.test:8010, but not a.b.a.test:8010; if there are such servers, add *.b.a.test:8010 or their names',
      expect.stringMatching(
        /^PROXY_OAUTH_ALLOWED_HOST_PATTERN: \*\.c\.test allows names with one more label/,
      ),
    ]);
  });

  it('tells what is not taken over, but not its value', () => {
    const result = importTeamOne('PROXY_ALLOWED_HOST_PATTERN=a.test\nPROXY_PORT=443\nLICENSE_KEY=secret\n');

    expect(result.ok && result.remarks).toEqual([
      'LICENSE_KEY is not taken over: it is not known here what it means',
      'PROXY_PORT is not taken over: it is not known here what it means',
    ]);
  });
});
