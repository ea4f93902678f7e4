import { describe, expect, it } from '@jest/globals';
import { httpBackend, httpFrontend } from '../../../../test/support/http/proxy.ts';
import { get, httpScenes, ok } from '../../../../test/support/http/scene.ts';
import { GET, headers, type Fields } from '../../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../../test/support/http2/scene.ts';
import type { RateLimitPolicy } from '../../../config/types.ts';

const setUp = httpScenes();
const setUpHttp2 = http2Scenes();

/** Nobody gets a second request while a test runs. */
const ONCE: RateLimitPolicy = { requests: 1, windowMs: 24 * 3_600_000, burst: 1, key: 'Source' };

function limited(parts: Partial<RateLimitPolicy> = {}): {
  readonly trustedSources: readonly string[];
  readonly policies: { readonly rateLimit: RateLimitPolicy };
} {
  return { trustedSources: ['127.0.0.0/8'], policies: { rateLimit: { ...ONCE, ...parts } } };
}

/** The statuses that requests with these fields are answered with, one after the other. */
async function statuses(
  frontend: Parameters<typeof setUp>[1],
  requests: readonly string[],
): Promise<readonly string[]> {
  const { client } = await setUp(ok('hello'), frontend);
  const found: string[] = [];
  for (const request of requests) {
    const before = client.received().length;
    await client.send(request);
    const all = await client.until((text) => /(hello|requests\.\n|\r\n\r\n)$/.test(text.slice(before)));
    found.push(all.slice(before + 9, before + 12));
  }
  return found;
}

const from = (address: string): string => get('/a', `X-Forwarded-For: ${address}\r\n`);

describe('rateLimit', () => {
  it('answers with 429, and tells when to come again', async () => {
    const { client, upstream, proxy } = await setUp(ok('hello'), limited());

    await client.send(get() + get());
    const received = await client.until((all) => all.endsWith('requests.\n'));

    const head = received.slice(received.indexOf('HTTP/1.1 429'));
    expect(head).toMatch(/\r\nRetry-After: 86(400|39[0-9])\r\n/);
    expect(head).toContain('\r\nRateLimit-Policy: "requests";q=1;w=86400\r\n');
    expect(head).toMatch(/\r\nRateLimit: "requests";r=0;t=86(400|39[0-9])\r\n/);
    expect(upstream.requests()).toHaveLength(1);
    expect(proxy.requests.map(({ error }) => error)).toEqual([null, 'RateLimited']);
  });

  it('is the same over HTTP/2', async () => {
    const { client } = await setUpHttp2({ answer: ok('x'), frontend: limited() });

    await client.send(headers(1));
    await client.send(headers(3));

    expect((await client.response(1)).fields[0]).toEqual([':status', '200']);
    const { fields } = await client.response(3);
    expect(fields[0]).toEqual([':status', '429']);
    expect(fields.map(([name]) => name)).toEqual(
      expect.arrayContaining(['retry-after', 'ratelimit-policy', 'ratelimit']),
    );
  });

  it.each([
    ['one address', ['203.0.113.9', '203.0.113.9'], ['200', '429']],
    ['two addresses', ['203.0.113.9', '203.0.113.10'], ['200', '200']],
    [
      'an address, whatever a client puts before it',
      ['1.1.1.1, 203.0.113.9', '2.2.2.2, 203.0.113.9'],
      ['200', '429'],
    ],
    ['an address and its ports', ['203.0.113.9:1', '203.0.113.9:2'], ['200', '429']],
    [
      'an IPv4 address within IPv6',
      ['203.0.113.9', '::ffff:203.0.113.9', '::ffff:cb00:7109'],
      ['200', '429', '429'],
    ],
    ['one /64 network', ['2001:db8::1', '2001:db8:0:0:ffff::2', '[2001:DB8::3]:80'], ['200', '429', '429']],
    ['two /64 networks', ['2001:db8::1', '2001:db8:0:1::1'], ['200', '200']],
    ['what can not be read, by the proxy that sent it', ['unknown', 'nobody'], ['200', '429']],
  ])('counts %s', async (_what, addresses, expected) => {
    expect(await statuses(limited(), addresses.map(from))).toEqual(expected);
  });

  it.each([
    ['one value', ['X-Key: a\r\n', 'x-key: a\r\n'], ['200', '429']],
    ['two values', ['X-Key: a\r\n', 'X-Key: b\r\n'], ['200', '200']],
    [
      'no value by the address',
      ['', 'X-Key:\r\n', 'Other: a\r\n', 'X-Key: a\r\n'],
      ['200', '429', '429', '200'],
    ],
    ['an address as a value apart from the address', ['', 'X-Key: 127.0.0.1\r\n'], ['200', '200']],
  ])('counts %s of a field', async (_what, fields, expected) => {
    const frontend = limited({ key: 'Header', name: 'X-Key' });
    expect(
      await statuses(
        frontend,
        fields.map((field) => get('/a', field)),
      ),
    ).toEqual(expected);
  });

  it.each([
    ['one value', ['Cookie: a=1; sid=x\r\n', 'Cookie: sid=x\r\n'], ['200', '429']],
    ['two values', ['Cookie: sid=x\r\n', 'Cookie: sid=y\r\n'], ['200', '200']],
    ['other cookies by the address', ['Cookie: asid=x\r\n', 'Cookie: SID=y\r\n', ''], ['200', '429', '429']],
  ])('counts %s of a cookie', async (_what, fields, expected) => {
    const frontend = limited({ key: 'Cookie', name: 'sid' });
    expect(
      await statuses(
        frontend,
        fields.map((field) => get('/a', field)),
      ),
    ).toEqual(expected);
  });

  it('of a route counts in place of the frontend’s, which all others share', async () => {
    const routes = ['/own', '/b', '/c'].map((path) => ({
      paths: [path],
      backend: 'servers',
      ...(path === '/own' ? { policies: { rateLimit: { ...ONCE, burst: 2 } } } : {}),
    }));
    const paths = ['/own', '/own', '/own', '/b', '/c', '/a'];

    expect(
      await statuses(
        { ...limited(), routes },
        paths.map((path) => get(path)),
      ),
    ).toEqual(['200', '200', '429', '200', '429', '429']);
  });

  it('does not count what is refused for something else, nor preflights', async () => {
    const { policies } = limited();
    const nothing = { allowedPaths: [], deniedPaths: [], contentTypes: [], bodyBytes: 0 };
    const cors = {
      origins: ['https://app.example.com'],
      methods: [],
      headers: [],
      exposedHeaders: [],
      credentials: false,
      maxAgeSeconds: 1,
    };
    const frontend = { policies: { ...policies, cors, requestFilter: { ...nothing, methods: ['GET'] } } };
    const fields = 'Origin: https://app.example.com\r\nAccess-Control-Request-Method: GET\r\n';
    const { client } = await setUp(ok('hello'), frontend);

    await client.send(get('/a', fields).replace('GET', 'OPTIONS') + get().replace('GET', 'DELETE') + get());
    await client.until((all) => all.endsWith('hello'));
    await client.send(get('/a', fields));
    const received = await client.until((all) => all.endsWith('requests.\n'));

    expect(received.slice(received.indexOf('HTTP/1.1 429'))).toContain(
      'Access-Control-Allow-Origin: https://app.example.com',
    );
  });

  it('is not forgotten by a reload', async () => {
    const { client, proxy, upstream } = await setUp(ok('hello'), limited());
    await client.send(get());
    await client.until((all) => all.endsWith('hello'));

    proxy.serve(httpFrontend({ frontend: limited(), backends: [httpBackend([upstream.port])] }));
    await client.send(get());

    expect(await client.until((all) => all.endsWith('requests.\n'))).toContain('HTTP/1.1 429');
  });

  it('counts the requests of all connections, whoever opened them', async () => {
    const { client, connect } = await setUpHttp2({ answer: ok('x'), frontend: limited() });
    const other = await connect();
    const fields: Fields = [...GET, ['x-forwarded-for', '203.0.113.9']];

    await client.send(headers(1, fields));
    await client.response(1);
    await other.send(headers(1, fields));

    expect((await other.response(1)).fields[0]).toEqual([':status', '429']);
  });
});
