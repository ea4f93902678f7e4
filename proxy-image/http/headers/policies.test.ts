import { describe, expect, it } from '@jest/globals';
import { valuesOf } from '../../../test/support/http/messages.ts';
import { httpBackend, httpFrontend } from '../../../test/support/http/proxy.ts';
import { get, httpScenes, ok } from '../../../test/support/http/scene.ts';
import { GET, headers } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import type { FrontendConfig } from '../../config/types.ts';

const setUp = httpScenes();
const setUpHttp2 = http2Scenes();

const HSTS = 'Strict-Transport-Security: max-age=60; includeSubDomains';

const FRONTEND: Partial<Pick<FrontendConfig, 'policies' | 'routes' | 'redirects' | 'hostnames'>> = {
  hostnames: ['twc.example.com'],
  redirects: [{ from: '/', to: '/a', status: 302 }],
  routes: [
    {
      paths: ['/route'],
      backend: 'servers',
      policies: {
        headers: {
          request: { set: [{ name: 'x-set', value: 'route' }], add: [], remove: [] },
          response: { set: [], add: [], remove: ['X-Frame-Options'] },
        },
      },
    },
    { paths: ['/gone'], backend: 'nowhere' },
  ],
  policies: {
    headers: {
      request: {
        set: [{ name: 'X-Set', value: 'frontend' }],
        add: [{ name: 'X-Add', value: 'added' }],
        remove: ['X-Removed', 'Authorization'],
      },
      response: {
        set: [
          { name: 'X-Frame-Options', value: 'DENY' },
          { name: 'Cache-Control', value: 'max-age=60' },
        ],
        add: [{ name: 'Link', value: '</b>' }],
        remove: ['Server', 'Set-Cookie'],
      },
    },
    hsts: { maxAgeSeconds: 60, includeSubDomains: true, preload: false },
  },
};

/** The values of a field in a head, as it is written there. */
function values(head: string, name: string): readonly string[] {
  return [...head.matchAll(new RegExp(`^${name}: (.*)\r$`, 'gim'))].map(([, value = '']) => value);
}

describe('rules for requests', () => {
  const SENT =
    'X-Set: client\r\nx-set: again\r\nX-Add: client\r\nX-Removed: 1\r\nauthorization: Basic eDp5\r\nX-Kept: 1\r\n';
  const EXPECTED = {
    'x-set': ['frontend'],
    'x-add': ['client', 'added'],
    'x-removed': [],
    authorization: [],
    'x-kept': ['1'],
    'x-forwarded-for': ['127.0.0.1'],
  };

  it('are carried out after the hop-by-hop fields have gone, so that no client has ours removed', async () => {
    const { client, upstream } = await setUp(ok('hello'), FRONTEND);

    await client.send(get('/a', `Connection: X-Set, X-Add\r\n${SENT}`));
    await client.until((all) => all.endsWith('hello'));

    const fields = upstream.requests()[0]?.fields ?? [];
    expect(valuesOf(fields, 'x-set')).toEqual(['frontend']);
    expect(valuesOf(fields, 'x-add')).toEqual(['added']);
  });

  it('replace, add and remove fields', async () => {
    const { client, upstream } = await setUp(ok('hello'), FRONTEND);

    await client.send(get('/a', SENT));
    await client.until((all) => all.endsWith('hello'));

    const fields = upstream.requests()[0]?.fields ?? [];
    for (const [name, expected] of Object.entries(EXPECTED)) {
      expect([name, valuesOf(fields, name)]).toEqual([name, expected]);
    }
  });

  it('are the same over HTTP/2', async () => {
    const { client, upstream } = await setUpHttp2({ answer: ok('hello'), frontend: FRONTEND });

    const sent = [...SENT.matchAll(/(.*): (.*)\r\n/g)].map(
      ([, name = '', value = '']) => [name.toLowerCase(), value] as const,
    );
    await client.send(headers(1, [...GET, ...sent]));
    await client.response(1);

    const fields = upstream.requests()[0]?.fields ?? [];
    for (const [name, expected] of Object.entries(EXPECTED)) {
      expect([name, valuesOf(fields, name)]).toEqual([name, expected]);
    }
  });

  it('of a route come before those of its frontend', async () => {
    const { client, upstream } = await setUp(ok('hello'), FRONTEND);

    await client.send(get('/route/x', SENT));
    await client.until((all) => all.endsWith('hello'));

    const fields = upstream.requests()[0]?.fields ?? [];
    expect(valuesOf(fields, 'x-set')).toEqual(['route']);
    expect(valuesOf(fields, 'x-removed')).toEqual([]);
  });

  it('tell servers of hops by Forwarded where that is wanted', async () => {
    const routes = [{ paths: ['/standard'], backend: 'servers', policies: { forwarded: 'Both' as const } }];
    const { client, upstream } = await setUp(ok('hello'), { routes });

    await client.send(
      get('/a', 'Forwarded: for=10.0.0.1\r\n') + get('/standard', 'Forwarded: for=10.0.0.1\r\n'),
    );
    await client.until((all) => all.split('hello').length === 3);

    expect(upstream.requests().map(({ fields }) => valuesOf(fields, 'forwarded'))).toEqual([
      [],
      ['for=127.0.0.1;host=twc.example.com;proto=http'],
    ]);
  });

  it('count for the next request after a reload', async () => {
    const { client, upstream, proxy } = await setUp(ok('hello'), FRONTEND);
    await client.send(get('/a', 'X-Removed: 1\r\n'));
    await client.until((all) => all.endsWith('hello'));

    proxy.serve(httpFrontend({ backends: [httpBackend([upstream.port])] }));
    await client.send(get('/a', 'X-Removed: 1\r\n'));
    const all = await client.until((received) => received.split('hello').length === 3);

    expect(valuesOf(upstream.requests()[1]?.fields ?? [], 'x-removed')).toEqual(['1']);
    expect(values(all, 'Strict-Transport-Security')).toHaveLength(1);
  });
});

describe('rules for responses', () => {
  const ANSWER = ok(
    'hello',
    'Server: Tomcat\r\nSet-Cookie: a=b\r\nx-frame-options: ALLOW\r\nLink: </a>\r\nCache-Control: no-cache\r\nstrict-transport-security: max-age=1\r\nSTRICT-TRANSPORT-SECURITY: max-age=2\r\nX-Kept: 1\r\n',
  );

  it('replace, add and remove fields, and send one Strict-Transport-Security', async () => {
    const { client } = await setUp(ANSWER, FRONTEND);

    await client.send(get());

    expect(await client.until((all) => all.endsWith('hello'))).toBe(
      [
        'HTTP/1.1 200 OK',
        'Link: </a>',
        'X-Kept: 1',
        'Content-Length: 5',
        'X-Frame-Options: DENY',
        'Cache-Control: max-age=60',
        HSTS,
        'Link: </b>',
        '',
        'hello',
      ].join('\r\n'),
    );
  });

  it('are the same over HTTP/2', async () => {
    const { client } = await setUpHttp2({ answer: ANSWER, frontend: FRONTEND });

    await client.send(headers(1));

    expect((await client.response(1)).fields).toEqual([
      [':status', '200'],
      ['link', '</a>'],
      ['x-kept', '1'],
      ['content-length', '5'],
      ['x-frame-options', 'DENY'],
      ['cache-control', 'max-age=60'],
      ['strict-transport-security', 'max-age=60; includeSubDomains'],
      ['link', '</b>'],
    ]);
  });

  it('of a route come before those of its frontend', async () => {
    const { client } = await setUp(ANSWER, FRONTEND);

    await client.send(get('/route'));

    const received = await client.until((all) => all.endsWith('hello'));
    expect(values(received, 'x-frame-options')).toEqual([]);
    expect(values(received, 'strict-transport-security')).toEqual(['max-age=60; includeSubDomains']);
  });

  it.each([
    [
      'HEAD',
      'HEAD /a HTTP/1.1\r\nHost: twc.example.com\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    ],
    ['204', get(), 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['304', get(), 'HTTP/1.1 304 Not Modified\r\n\r\n'],
  ])('count for %s', async (_what, request, answer) => {
    const { client } = await setUp(answer, FRONTEND);

    await client.send(request);

    const received = await client.until((all) => all.endsWith('\r\n\r\n'));
    expect(values(received, 'x-frame-options')).toEqual(['DENY']);
  });

  it('leave interim responses alone, but for HSTS, which is sent once', async () => {
    const early =
      'HTTP/1.1 103 Early Hints\r\nLink: </style>\r\nServer: a\r\nStrict-Transport-Security: max-age=9\r\n\r\n';
    const { client } = await setUp(early + ok('hello'), FRONTEND);
    const { client: http2 } = await setUpHttp2({ answer: early + ok('hello'), frontend: FRONTEND });

    await client.send(get());
    await http2.send(headers(1));

    const received = await client.until((all) => all.endsWith('hello'));
    const response = await http2.response(1);
    expect(received).toContain(
      'HTTP/1.1 103 Early Hints\r\nLink: </style>\r\nServer: a\r\n\r\nHTTP/1.1 200 OK',
    );
    expect(values(received, 'strict-transport-security')).toHaveLength(1);
    expect(response.interim).toEqual([103]);
    expect(valuesOf(response.fields, 'strict-transport-security')).toHaveLength(1);
  });

  it('may be as many and as long as the resource lets them be', async () => {
    const lines = (kind: string) =>
      Array.from({ length: 16 }, (_, index) => ({ name: `X-${kind}-${index}`, value: 'x'.repeat(4_096) }));
    const response = { set: lines('Set'), add: lines('Add'), remove: [] };
    const frontend = { policies: { headers: { response } } };
    const { client } = await setUp(ok('hello'), frontend);
    const { client: http2 } = await setUpHttp2({ answer: ok('hello'), frontend });

    await client.send(get());
    await http2.send(headers(1));

    const received = await client.until((all) => all.endsWith('hello'));
    const { fields } = await http2.response(1);
    for (const { name, value } of [...response.set, ...response.add]) {
      expect(values(received, name)).toEqual([value]);
      expect(valuesOf(fields, name.toLowerCase())).toEqual([value]);
    }
  });

  it('count for the switch of protocols', async () => {
    const { client } = await setUp(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nServer: a\r\nStrict-Transport-Security: max-age=9\r\n\r\n',
      FRONTEND,
    );

    await client.send(get('/a', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'));

    const received = await client.until((all) => all.endsWith('\r\n\r\n'));
    expect(values(received, 'strict-transport-security')).toEqual(['max-age=60; includeSubDomains']);
    expect(values(received, 'x-frame-options')).toEqual(['DENY']);
    expect(values(received, 'server')).toEqual([]);
    expect(values(received, 'upgrade')).toEqual(['websocket']);
  });
});

describe('answers of the proxy itself', () => {
  const CASES = [
    ['a redirect', '/', 302],
    ['a path without a server', '/gone', 503],
    ['a bad path', '/%zz', 400],
  ] as const;

  it.each(CASES)(
    'have what the rules add, and say for themselves what they are: %s',
    async (_what, path, status) => {
      const { client } = await setUp(ok('hello'), FRONTEND);

      await client.send(get(path));

      const received = await client.until((all) => all.includes('\r\n\r\n'));
      expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(values(received, 'strict-transport-security')).toEqual(['max-age=60; includeSubDomains']);
      expect(values(received, 'x-frame-options')).toEqual(['DENY']);
      expect(values(received, 'cache-control')).toEqual(['no-store']);
    },
  );

  it.each(CASES)('are the same over HTTP/2: %s', async (_what, path, status) => {
    const { client } = await setUpHttp2({ answer: ok('hello'), frontend: FRONTEND });

    await client.send(headers(1, [...GET.slice(0, 3), [':path', path]]));

    const response = await client.response(1);
    expect(response.status).toBe(status);
    expect(valuesOf(response.fields, 'strict-transport-security')).toEqual(['max-age=60; includeSubDomains']);
    expect(valuesOf(response.fields, 'x-frame-options')).toEqual(['DENY']);
    expect(valuesOf(response.fields, 'cache-control')).toEqual(['no-store']);
  });

  it('follow the rules of the route that the request has taken', async () => {
    const { client, upstream } = await setUp(undefined, FRONTEND);
    await upstream.close();

    await client.send(get('/route'));

    const received = await client.until((all) => all.includes('\r\n\r\n'));
    expect(received).toMatch(/^HTTP\/1.1 503 /);
    expect(values(received, 'strict-transport-security')).toHaveLength(1);
    expect(values(received, 'x-frame-options')).toEqual([]);
  });

  it('say nothing for a host that is not served here', async () => {
    const { client } = await setUp(ok('hello'), FRONTEND);

    await client.send('GET /a HTTP/1.1\r\nHost: other.example.com\r\n\r\n');

    const received = await client.until((all) => all.includes('\r\n\r\n'));
    expect(received).toMatch(/^HTTP\/1.1 421 /);
    expect(values(received, 'strict-transport-security')).toEqual([]);
  });
});
