import { describe, expect, it } from '@jest/globals';
import { get, httpScenes, ok } from '../../../test/support/http/scene.ts';
import { GET, headers } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { rangeMatcher } from '../../addresses/ranges.ts';
import type { SourcesPolicy } from '../../config/types.ts';
import { RequestHead } from '../http1/request-head.ts';
import { clientAddress } from './client-address.ts';
import { sourceCheck } from './sources.ts';

const setUp = httpScenes();
const setUpHttp2 = http2Scenes();

const trusts = rangeMatcher(['127.0.0.0/8', '10.0.0.0/8', 'fd00::/8']);

function addressOf(fields: string, sourceAddress = '127.0.0.1'): string | null {
  const bytes = Buffer.from(get('/a', fields), 'latin1');
  const head = new RequestHead();
  head.begin();
  expect(head.read(bytes, 32_768)).toBe('Complete');
  return clientAddress({ sourceAddress, trusted: trusts(sourceAddress), trusts }, head.fields, bytes);
}

describe('clientAddress', () => {
  it.each([
    [
      'nothing that is claimed by anybody else',
      'X-Forwarded-For: 10.0.0.1\r\n',
      '203.0.113.9',
      '203.0.113.9',
    ],
    ['the trusted proxy, which tells none', '', '127.0.0.1', '127.0.0.1'],
    ['the trusted proxy, whose list is empty', 'X-Forwarded-For: , ,\r\n', '127.0.0.1', '127.0.0.1'],
    ['the client of the trusted proxy', 'X-Forwarded-For: 203.0.113.9\r\n', '127.0.0.1', '203.0.113.9'],
    [
      'the last that is not trusted',
      'X-Forwarded-For: 1.1.1.1, 203.0.113.9, 10.0.0.1\r\n',
      '127.0.0.1',
      '203.0.113.9',
    ],
    [
      'the same in several lines',
      'X-Forwarded-For: 1.1.1.1\r\nx-forwarded-for: 203.0.113.9,10.0.0.1\r\n',
      '127.0.0.1',
      '203.0.113.9',
    ],
    ['the client in Forwarded', 'Forwarded: for=203.0.113.9;proto=https\r\n', '127.0.0.1', '203.0.113.9'],
    [
      'the last in Forwarded that is not trusted',
      'Forwarded: for=1.1.1.1, proto=https;For="203.0.113.9:4711";by=_x\r\nForwarded: for=10.0.0.1\r\n',
      '127.0.0.1',
      '203.0.113.9',
    ],
    ['one of IPv6 in Forwarded', 'Forwarded: for="[2001:DB8::1]:4711"\r\n', '127.0.0.1', '2001:db8::1'],
    [
      'that in X-Forwarded-For, where the client has sent Forwarded',
      'Forwarded: for=1.1.1.1\r\nX-Forwarded-For: 203.0.113.9\r\n',
      '127.0.0.1',
      '203.0.113.9',
    ],
    [
      'nothing that anybody else claims in Forwarded',
      'Forwarded: for=10.0.0.1\r\n',
      '203.0.113.9',
      '203.0.113.9',
    ],
    ...[
      'for=unknown',
      'for=_hidden',
      'proto=https',
      'for=203.0.113.9;for=1.1.1.1',
      'for="203.0.113.9',
      'for="for=203.0.113.9"',
      'for=',
      'by=x y',
      'host="a;for=203.0.113.9;b"',
    ].map(
      (list) =>
        [
          `nobody who can be told from Forwarded: ${list}`,
          `Forwarded: ${list}\r\n`,
          '127.0.0.1',
          null,
        ] as const,
    ),
    ['the first, where all are trusted', 'X-Forwarded-For: 10.9.9.9, 10.0.0.1\r\n', '127.0.0.1', '10.9.9.9'],
    ['one with a port', 'X-Forwarded-For: 203.0.113.9:4711\r\n', '127.0.0.1', '203.0.113.9'],
    ['one of IPv6', 'X-Forwarded-For: 2001:DB8:0::1\r\n', '127.0.0.1', '2001:db8::1'],
    ['one of IPv6 with a port', 'X-Forwarded-For: [2001:db8::1]:4711\r\n', '127.0.0.1', '2001:db8::1'],
    ['one of IPv4 within IPv6', 'X-Forwarded-For: ::ffff:203.0.113.9\r\n', '127.0.0.1', '203.0.113.9'],
    [
      'one of IPv4 within IPv6, in hexadecimal',
      'X-Forwarded-For: ::ffff:cb00:7109\r\n',
      '127.0.0.1',
      '203.0.113.9',
    ],
    [
      'one behind a hop whose IPv4 address is within IPv6',
      'X-Forwarded-For: 203.0.113.9, ::ffff:10.0.0.1\r\n',
      '127.0.0.1',
      '203.0.113.9',
    ],
    [
      'no garbage that the client itself sent',
      'X-Forwarded-For: unknown, 203.0.113.9\r\n',
      '127.0.0.1',
      '203.0.113.9',
    ],
    ...[
      'unknown',
      'localhost',
      '_hidden',
      '1.2.3',
      '1.2.3.4.5',
      '0x7f.1',
      '010.0.0.1',
      '2130706433',
      '10.0.0.1/8',
      '[10.0.0.1]x',
      'fe80::1%eth0',
      '[fe80::1%eth0]',
      '"203.0.113.9"',
      '1.2.3.4:x',
      '1.2.3.4 5.6.7.8',
      'for=1.2.3.4',
      '[::1',
    ].map(
      (text) => [`nobody, when it is ${text}`, `X-Forwarded-For: ${text}\r\n`, '127.0.0.1', null] as const,
    ),
    [
      'nobody, when a trusted hop was told nothing',
      'X-Forwarded-For: unknown, 10.0.0.1\r\n',
      '127.0.0.1',
      null,
    ],
  ])('is %s', (_whose, fields, source, expected) => {
    expect(addressOf(fields, source)).toBe(expected);
  });
});

describe('sourceCheck', () => {
  const allow = ['10.0.0.0/8', '2001:db8::/32'];

  it.each<readonly [SourcesPolicy, string | null, boolean]>([
    [{ allow, deny: [] }, '10.255.255.255', true],
    [{ allow, deny: [] }, '11.0.0.0', false],
    [{ allow, deny: [] }, '2001:db8:ffff::1', true],
    [{ allow, deny: [] }, '2001:db9::1', false],
    [{ allow, deny: [] }, null, false],
    [{ allow, deny: [] }, '', false],
    [{ allow, deny: ['10.9.0.0/16'] }, '10.9.1.1', false],
    [{ allow, deny: ['10.9.0.0/16'] }, '10.8.1.1', true],
    [{ allow: [], deny: ['10.9.0.0/16'] }, '10.9.1.1', false],
    [{ allow: [], deny: ['10.9.0.0/16'] }, '203.0.113.9', true],
    [{ allow: [], deny: ['10.9.0.0/16'] }, null, false],
    [{ allow: ['0.0.0.0/0'], deny: [] }, '203.0.113.9', true],
    [{ allow: ['0.0.0.0/0'], deny: [] }, '2001:db8::1', false],
  ])('by %j lets %s through: %p', (policy, address, expected) => {
    expect(sourceCheck(policy)(address)).toBe(expected);
  });
});

describe('sources', () => {
  const FRONTEND = {
    trustedSources: ['127.0.0.0/8'],
    policies: { sources: { allow: ['203.0.113.0/24'], deny: [] } },
    redirects: [{ from: '/', to: '/a', status: 302 as const }],
    routes: [
      {
        paths: ['/other'],
        backend: 'servers',
        policies: { sources: { allow: ['127.0.0.0/8'], deny: [] } },
      },
    ],
  };

  it.each([
    ['/a', 'X-Forwarded-For: 203.0.113.9\r\n', '200'],
    ['/a', 'X-Forwarded-For: 203.0.113.9, 198.51.100.1\r\n', '403'],
    ['/a', 'X-Forwarded-For: 203.0.113.9, nobody\r\n', '403'],
    ['/a', '', '403'],
    ['/', '', '403'],
    ['/', 'X-Forwarded-For: 203.0.113.9\r\n', '302'],
    ['/other', '', '200'],
    ['/other', 'X-Forwarded-For: 203.0.113.9\r\n', '403'],
  ])('answer %s from %j with %s', async (path, fields, status) => {
    const { client, upstream } = await setUp(ok(''), FRONTEND);

    await client.send(get(path, fields));

    expect((await client.until((all) => all.includes('\r\n\r\n'))).slice(9, 12)).toBe(status);
    expect(upstream.requests()).toHaveLength(status === '200' ? 1 : 0);
  });

  it('believe no X-Forwarded-For of a client', async () => {
    const { client, proxy } = await setUp(ok(''), { ...FRONTEND, trustedSources: [] });

    await client.send(get('/a', 'X-Forwarded-For: 203.0.113.9\r\n'));
    await client.until((all) => all.includes('\r\n\r\n'));

    expect(proxy.requests.map(({ status, error }) => [status, error])).toEqual([[403, 'SourceRefused']]);
  });

  it('hold too for a request that goes no further than the proxy', async () => {
    const { client } = await setUp(ok(''), FRONTEND);

    await client.send('OPTIONS /a HTTP/1.1\r\nHost: twc.example.com\r\nMax-Forwards: 0\r\n\r\n');

    expect((await client.until((all) => all.includes('\r\n\r\n'))).slice(9, 12)).toBe('403');
  });

  it('are the same over HTTP/2', async () => {
    const { client } = await setUpHttp2({ answer: ok('x'), frontend: FRONTEND });

    await client.send(headers(1, [...GET, ['x-forwarded-for', '203.0.113.9']]));
    await client.send(headers(3));

    expect((await client.response(1)).fields[0]).toEqual([':status', '200']);
    expect((await client.response(3)).fields[0]).toEqual([':status', '403']);
  });
});
