import { describe, expect, it } from '@jest/globals';
import { get, httpScenes, ok } from '../../../test/support/http/scene.ts';
import { GET, headers, type Fields } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import type { CorsPolicy, FrontendConfig } from '../../config/types.ts';
import { Cors, isSameHost } from './cors.ts';

const setUp = httpScenes();
const setUpHttp2 = http2Scenes();

const POLICY: CorsPolicy = {
  origins: ['https://app.example.com', 'https://*.example.org', 'http://*.example.net:8080'],
  methods: ['GET', 'PUT'],
  headers: ['X-Token', 'Content-Type'],
  exposedHeaders: ['ETag'],
  credentials: true,
  maxAgeSeconds: 600,
};

const FRONTEND: Partial<Pick<FrontendConfig, 'policies' | 'routes' | 'redirects' | 'backend'>> = {
  policies: { cors: POLICY },
  redirects: [{ from: '/', to: '/a', status: 302 }],
  routes: [
    { paths: ['/a'], backend: 'servers' },
    { paths: ['/gone'], backend: 'nowhere' },
    {
      paths: ['/public'],
      backend: 'servers',
      policies: { cors: { ...POLICY, origins: ['*'], credentials: false } },
    },
  ],
};

const ALLOWED = 'https://app.example.com';
const EVIL = 'https://evil.test';
/** A server with ideas of its own. */
const ANSWER = ok(
  'hello',
  'Access-Control-Allow-Origin: *\r\naccess-control-allow-origin: https://evil.test\r\nAccess-Control-Allow-Credentials: true\r\nAccess-Control-Expose-Headers: *\r\nVary: Accept-Encoding\r\n',
);

function preflight(origin: string, path = '/a'): string {
  return `OPTIONS ${path} HTTP/1.1\r\nHost: twc.example.com\r\nOrigin: ${origin}\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: x-token\r\n\r\n`;
}

/** What a head says to browsers and caches, and its status. */
function said(head: string): readonly string[] {
  const lines = head.split('\r\n').map((line) => line.toLowerCase());
  return [
    head.slice(9, 12),
    ...lines.filter((line) => line.startsWith('access-control-') || line.startsWith('vary:')),
  ];
}

const READABLE = [
  'vary: origin',
  `access-control-allow-origin: ${ALLOWED}`,
  'access-control-allow-credentials: true',
  'access-control-expose-headers: etag',
];
const PREFLIGHT = [
  ...READABLE.slice(0, 3),
  'access-control-allow-methods: get, put',
  'access-control-allow-headers: x-token, content-type',
  'access-control-max-age: 600',
];

describe('an origin', () => {
  const cors = new Cors(POLICY, null);

  it.each([
    'https://app.example.com',
    'https://a.example.org',
    'https://xn--bcher-kva.example.org',
    'https://n-7_a.example.org',
    'http://a.example.net:8080',
  ])('%s may read', (origin) => {
    expect(cors.permission(origin)?.response.own[0]).toEqual({
      name: 'Access-Control-Allow-Origin',
      value: origin,
    });
  });

  it.each([
    'null',
    'NULL',
    '',
    '*',
    'https://*.example.org',
    // Suffixes and prefixes.
    'https://evilapp.example.com',
    'https://evilexample.org',
    'https://example.org',
    'https://.example.org',
    'https://app.example.com.evil.test',
    'https://app.example.com.',
    'https://a.example.org.',
    'https://a.example.org.evil.test',
    'https://evil.test.example.com',
    'https://a.b.example.org',
    'https://evil.test/.example.org',
    'https://evil.test#.example.org',
    'https://evil.test?.example.org',
    'https://evil.test\\.example.org',
    'https://evil.test:80.example.org',
    'https://evil.test%2f.example.org',
    'https://a@b.example.org',
    'https://app.example.com@evil.test',
    'https://evil.test@app.example.com',
    // Another scheme, port, or way of writing.
    'http://app.example.com',
    'http://a.example.org',
    'https://a.example.net:8080',
    'http://a.example.net',
    'http://a.example.net:80808',
    'http://a.example.net:8080:8080',
    'wss://app.example.com',
    'https:app.example.com',
    '//app.example.com',
    'app.example.com',
    'https://app.example.com:443',
    'https://app.example.com:8443',
    'https://a.example.org:443',
    'HTTPS://app.example.com',
    'https://APP.example.com',
    'https://A.example.org',
    'https://a.Example.org',
    'https://app.example.com/',
    'https://app.example.com/path',
    ' https://app.example.com',
    'https://app.example.com https://evil.test',
    'https://evil.test, https://app.example.com',
    'https://app.example.com, https://app.example.com',
    'https://\u00e4.example.org',
    'https://a\n.example.org',
    'https://a.example.org\n',
  ])('%j may not', (origin) => {
    expect(cors.permission(origin)).toBeNull();
  });
});

describe('origins below a wildcard', () => {
  it('are told apart, however many there are', () => {
    const cors = new Cors(POLICY, null);
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < 1_000; index += 1) {
        const origin = `https://a${index}.example.org`;
        expect(cors.permission(origin)?.response.own[0]?.value).toBe(origin);
      }
    }
    expect(cors.permission('https://a1.example.net')).toBeNull();
  });
});

describe('isSameHost', () => {
  it.each([
    ['https://twc.example.com', 'twc.example.com', true],
    ['https://twc.example.com', 'TWC.example.com:443', true],
    ['http://twc.example.com', 'twc.example.com:80', true],
    ['http://[::1]:8080', '[::1]:8080', true],
    ['https://twc.example.com:8443', 'twc.example.com:8443', true],
    ['https://twc.example.com', 'twc.example.com:8443', false],
    ['https://twc.example.com:8443', 'twc.example.com', false],
    ['https://twc.example.com.evil.test', 'twc.example.com', false],
    ['https://evil.test/twc.example.com', 'twc.example.com', false],
    ['https://a@twc.example.com', 'twc.example.com', false],
    ['null', 'null', false],
    ['https://', '', false],
  ])('of %s and %s is %p', (origin, host, expected) => {
    expect(isSameHost(origin, host)).toBe(expected);
  });
});

describe('a preflight', () => {
  it('is answered here and never forwarded', async () => {
    const { client, upstream } = await setUp(ANSWER, FRONTEND);

    await client.send(preflight(ALLOWED) + get());
    const received = await client.until((all) => all.endsWith('hello'));

    const [head = ''] = received.split('\r\n\r\n');
    expect(said(head)).toEqual(['204', ...PREFLIGHT]);
    expect(head).not.toMatch(/content-length/i);
    expect(upstream.requests().map(({ method }) => method)).toEqual(['GET']);
  });

  it('is the same over HTTP/2', async () => {
    const { client, upstream } = await setUpHttp2({ answer: ANSWER, frontend: FRONTEND });
    const fields: Fields = [
      [':method', 'OPTIONS'],
      ...GET.slice(1),
      ['origin', ALLOWED],
      ['access-control-request-method', 'PUT'],
    ];

    await client.send(headers(1, fields));
    const response = await client.response(1);

    expect(response.fields.map((field) => field.join(': ').toLowerCase())).toEqual([
      ':status: 204',
      expect.stringMatching(/^date: /),
      'cache-control: no-store',
      ...PREFLIGHT,
    ]);
    expect(upstream.requests()).toEqual([]);
  });

  it.each(['/', '/gone', '/nothing'])('of %s is answered, whatever becomes of the request', async (path) => {
    const frontend = { ...FRONTEND, routes: FRONTEND.routes ?? [], backend: undefined };
    const { client } = await setUp(ANSWER, frontend as unknown as typeof FRONTEND);

    await client.send(preflight(ALLOWED, path));

    expect(said(await client.until((all) => all.endsWith('\r\n\r\n')))).toEqual(['204', ...PREFLIGHT]);
  });

  it('of a page that is not allowed is refused, and says nothing', async () => {
    const { client, upstream, proxy } = await setUp(ANSWER, FRONTEND);

    await client.send(preflight(EVIL) + preflight('null') + preflight(`${ALLOWED}\r\nOrigin: ${EVIL}`));
    const received = await client.until((all) => all.split('this address.\n').length === 4);

    expect(received.split('this address.\n').slice(0, 3).map(said)).toEqual(
      Array.from({ length: 3 }, () => ['403', 'vary: origin']),
    );
    expect(upstream.requests()).toEqual([]);
    expect(proxy.requests.map(({ error }) => error)).toEqual(
      Array.from({ length: 3 }, () => 'OriginRefused'),
    );
  });

  it('is not what OPTIONS alone asks for', async () => {
    const { client, upstream } = await setUp(ANSWER, FRONTEND);

    await client.send(get('/a', `Origin: ${ALLOWED}\r\n`).replace('GET', 'OPTIONS'));
    await client.until((all) => all.endsWith('hello'));

    expect(upstream.requests()).toHaveLength(1);
  });
});

describe('a response', () => {
  it.each([
    ['a page that is allowed', `Origin: ${ALLOWED}\r\n`, READABLE],
    ['a page that is not', `Origin: ${EVIL}\r\n`, ['vary: origin']],
    ['a sandboxed page', 'Origin: null\r\n', ['vary: origin']],
    ['anybody else', '', ['vary: origin']],
  ])("to %s has the proxy's fields alone", async (_whom, fields, expected) => {
    const { client, upstream } = await setUp(ANSWER, FRONTEND);
    const { client: http2 } = await setUpHttp2({ answer: ANSWER, frontend: FRONTEND });
    const pairs = [...fields.matchAll(/(.*): (.*)\r\n/g)].map(
      ([, name = '', value = '']) => [name.toLowerCase(), value] as const,
    );

    await client.send(get('/a', fields));
    await http2.send(headers(1, [...GET, ...pairs]));
    const received = await client.until((all) => all.endsWith('hello'));
    const response = await http2.response(1);

    expect(said(received)).toEqual(['200', 'vary: accept-encoding', ...expected]);
    const lines = response.fields.map((field) => field.join(': ')).join('\r\n');
    expect(said(`HTTP/2.0 200\r\n${lines}`)).toEqual(['200', 'vary: accept-encoding', ...expected]);
    expect(upstream.requests()).toHaveLength(1);
  });

  it('of a route is under the policy of the route', async () => {
    const { client } = await setUp(ANSWER, FRONTEND);

    await client.send(get('/public', 'Origin: null\r\n'));

    expect(said(await client.until((all) => all.endsWith('hello')))).toEqual([
      '200',
      'vary: accept-encoding',
      'access-control-allow-origin: *',
      'access-control-expose-headers: etag',
    ]);
  });

  it.each([
    ['/gone', '503'],
    ['/', '302'],
    ['/a/%zz', '400'],
    ['/nothing', '404'],
  ])('of the proxy itself to %s lets the page read the status', async (path, status) => {
    const frontend = { ...FRONTEND, backend: undefined } as unknown as typeof FRONTEND;
    const { client } = await setUp(ANSWER, frontend);

    await client.send(get(path, `Origin: ${ALLOWED}\r\n`));

    expect(said(await client.until((all) => all.includes('\r\n\r\n')))).toEqual([status, ...READABLE]);
  });
});

describe('a WebSocket', () => {
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const ask = (origin: string): string => get('/a', `Connection: Upgrade\r\nUpgrade: websocket\r\n${origin}`);

  it.each(['', `Origin: ${ALLOWED}\r\n`, 'Origin: https://twc.example.com\r\n'])(
    'may be opened with %j',
    async (origin) => {
      const { client } = await setUp(SWITCH, FRONTEND);

      await client.send(ask(origin));

      expect(await client.until((all) => all.endsWith('\r\n\r\n'))).toMatch(/^HTTP\/1.1 101/);
    },
  );

  it.each([EVIL, 'null', 'https://twc.example.com:8443', 'https://twc.example.com.evil.test'])(
    'may not be opened by %s',
    async (origin) => {
      const { client, upstream } = await setUp(SWITCH, FRONTEND);

      await client.send(ask(`Origin: ${origin}\r\n`));

      expect(await client.until((all) => all.includes('\r\n\r\n'))).toMatch(/^HTTP\/1.1 403/);
      expect(upstream.requests()).toEqual([]);
    },
  );
});
