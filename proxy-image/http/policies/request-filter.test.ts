import { describe, expect, it } from '@jest/globals';
import { get, httpScenes, ok } from '../../../test/support/http/scene.ts';
import { data, Flags, headers, POST } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import type { RequestFilterPolicy } from '../../config/types.ts';

const setUp = httpScenes();
const setUpHttp2 = http2Scenes();

const NONE: RequestFilterPolicy = {
  methods: [],
  allowedPaths: [],
  deniedPaths: [],
  contentTypes: [],
  bodyBytes: 0,
};

function filter(parts: Partial<RequestFilterPolicy>): {
  readonly policies: { readonly requestFilter: RequestFilterPolicy };
} {
  return { policies: { requestFilter: { ...NONE, ...parts } } };
}

/** Sends one request; the head of what comes back, in which 200 is the server's. */
async function ask(request: string, parts: Partial<RequestFilterPolicy>): Promise<string> {
  const { client, upstream } = await setUp(ok(''), filter(parts));
  await client.send(request);
  const [head = ''] = (await client.until((all) => all.includes('\r\n\r\n'))).split('\r\n\r\n');
  expect(upstream.requests()).toHaveLength(head.startsWith('HTTP/1.1 200') ? 1 : 0);
  return head;
}

function post(fields: string, body: string, path = '/a'): string {
  return `POST ${path} HTTP/1.1\r\nHost: twc.example.com\r\n${fields}\r\n${body}`;
}

describe('methods', () => {
  const POLICY = { methods: ['GET', 'PUT'] };

  it.each(['GET', 'HEAD', 'PUT'])('let %s through', async (method) => {
    expect(await ask(get().replace('GET', method), POLICY)).toMatch(/^HTTP\/1.1 200/);
  });

  it.each(['POST', 'DELETE', 'OPTIONS', 'get', 'Get', 'PUTS', 'PROPFIND'])(
    'refuse %s, and say which are allowed',
    async (method) => {
      const head = await ask(get().replace('GET', method), POLICY);

      expect(head).toMatch(/^HTTP\/1.1 405 /);
      expect(head).toContain('\r\nAllow: GET, PUT, HEAD');
    },
  );
});

describe('paths', () => {
  const POLICY: Partial<RequestFilterPolicy> = {
    allowedPaths: [
      { path: '/api', match: 'Prefix' },
      { path: '/login', match: 'Exact' },
    ],
    deniedPaths: [
      { path: '/api/admin', match: 'Prefix' },
      { path: '/api/version', match: 'Exact' },
    ],
  };

  it.each([
    '/api',
    '/api/',
    '/api/x?y=/api/admin',
    '/api/administration',
    '/api/version/x',
    '/login',
    '/%61pi/x',
    '/api;v=1/x',
  ])('let %s through', async (path) => {
    expect(await ask(get(path), POLICY)).toMatch(/^HTTP\/1.1 200/);
  });

  it.each([
    '/',
    '/apix',
    '/API',
    '/login/x',
    '/other?x=/api',
    '/api/admin',
    '/api/admin/',
    '/api/admin/x',
    '/api/admin?x',
    '/api/%61dmin',
    '/api/admin;x=y',
    '/api;x=y/admin/x',
    '/api//admin',
    '//api/admin',
    '/api%2Fadmin',
    '/api%2fadmin%2fx',
    '/api%5Cadmin',
    '/api/admin%2f..',
    '/api/../api/admin',
    '/api/x/../admin',
    '/api/%2e%2e/api/admin',
    '/api/%252e%252e/secret',
    '/api/..;/secret',
    '/api\\admin',
    '/api/version',
    '/api/version/',
    '/api/version//',
    '/api/version;x',
  ])('refuse %s', async (path) => {
    expect(await ask(get(path), POLICY)).toMatch(/^HTTP\/1.1 (403|400) /);
  });
});

describe('content types', () => {
  const POLICY = { contentTypes: ['application/json', 'text/*'] };

  it.each(['application/json', 'Application/JSON; charset=utf-8', 'application/json;a="b;c"', 'text/csv'])(
    'let %s through',
    async (type) => {
      const request = post(`Content-Type: ${type}\r\nContent-Length: 2\r\n`, '{}');
      expect(await ask(request, POLICY)).toMatch(/^HTTP\/1.1 200/);
    },
  );

  it('do not matter to requests without a body', async () => {
    expect(await ask(get('/a', 'Content-Type: image/png\r\n'), POLICY)).toMatch(/^HTTP\/1.1 200/);
  });

  it.each([
    '',
    'Content-Type:\r\n',
    'Content-Type: application/xml\r\n',
    'Content-Type: application/json-patch\r\n',
    'Content-Type: application/json, application/xml\r\n',
    'Content-Type: application/json\r\nContent-Type: application/xml\r\n',
    'Content-Type: application/xml; a=application/json\r\n',
    'Content-Type: application\r\n',
    'Content-Type: text\r\n',
    'Content-Type: text/\r\n',
    'Content-Type: text/a/b\r\n',
    'Content-Type: text/a, image/png\r\n',
    'Content-Type: textile/a\r\n',
  ])('refuse %j', async (fields) => {
    const head = await ask(post(`${fields}Content-Length: 2\r\n`, '{}'), POLICY);

    expect(head).toMatch(/^HTTP\/1.1 415 /);
    expect(head).toContain('\r\nAccept: application/json, text/*');
  });
});

describe('sizes', () => {
  it.each([
    ['a body that states its length', post('Content-Length: 11\r\n', 'hello world')],
    ['a body in chunks', post('Transfer-Encoding: chunked\r\n', 'b\r\nhello world\r\n0\r\n\r\n')],
  ])('refuse %s', async (_what, request) => {
    expect(await ask(request, { bodyBytes: 10 })).toMatch(/^HTTP\/1.1 413 /);
  });

  it('let a body through that is just small enough', async () => {
    expect(await ask(post('Content-Length: 11\r\n', 'hello world'), { bodyBytes: 11 })).toMatch(
      /^HTTP\/1.1 200/,
    );
  });

  it('never let more through than the frontend does', async () => {
    const { client } = await setUp(ok(''), { ...filter({ bodyBytes: 100 }), limits: { bodyBytes: 10 } });

    await client.send(post('Content-Length: 11\r\n', 'hello world'));

    expect(await client.until((all) => all.includes('\r\n\r\n'))).toMatch(/^HTTP\/1.1 413 /);
  });

  it('refuse a body without a length over HTTP/2', async () => {
    const { client } = await setUpHttp2({ frontend: filter({ bodyBytes: 10 }) });

    await client.send(headers(1, POST, Flags.EndHeaders));
    await client.send(data(1, 'hello world'));

    expect((await client.response(1)).fields[0]).toEqual([':status', '413']);
  });

  it.each([
    ['too many fields', { headerCount: 3 }, 'A: 1\r\nB: 2\r\nC: 3\r\n', '431'],
    ['just so many', { headerCount: 4 }, 'A: 1\r\nB: 2\r\nC: 3\r\n', '200'],
    ['fields that are too large', { headerBytes: 100 }, `A: ${'x'.repeat(100)}\r\n`, '431'],
    ['fields that are small', { headerBytes: 100 }, 'A: 1\r\n', '200'],
  ])('judge %s', async (_what, policy, fields, status) => {
    expect((await ask(get('/a', fields), policy)).slice(9, 12)).toBe(status);
  });
});

describe('a filter', () => {
  it('of a route counts in place of the frontend’s', async () => {
    const routes = [{ paths: ['/free'], backend: 'servers', policies: { requestFilter: NONE } }];
    const { client } = await setUp(ok(''), { ...filter({ methods: ['PUT'] }), routes });

    await client.send(get('/free') + get('/a'));
    const received = await client.until((all) => all.includes('405 '));

    expect(received).toMatch(/^HTTP\/1.1 200/);
  });

  it('lets pages read that they were refused, and does not refuse their preflights', async () => {
    const cors = {
      origins: ['https://app.example.com'],
      methods: ['PUT'],
      headers: [],
      exposedHeaders: [],
      credentials: false,
      maxAgeSeconds: 1,
    };
    const { policies } = filter({ methods: ['PUT'] });
    const { client } = await setUp(ok(''), { policies: { ...policies, cors } });
    const origin = 'Origin: https://app.example.com\r\n';

    await client.send(
      get('/a', `${origin}Access-Control-Request-Method: PUT\r\n`).replace('GET', 'OPTIONS') +
        get('/a', origin),
    );
    const received = await client.until((all) => all.endsWith('here.\n'));

    expect(received).toMatch(/^HTTP\/1.1 204 /);
    expect(received.slice(received.indexOf('HTTP/1.1 405'))).toContain(
      'Access-Control-Allow-Origin: https://app.example.com',
    );
  });
});
