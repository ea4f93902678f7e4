import { describe, expect, it } from '@jest/globals';
import { httpScenes, ok, type Answer } from '../../../test/support/http/scene.ts';
import { valuesOf } from '../../../test/support/http/messages.ts';
import type { RawClient } from '../../../test/support/http/raw-client.ts';
import { GET, headers } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { forwardConfig } from '../../../test/support/proxy-config.ts';
import type { ForwardConfig, RoutePolicies } from '../../config/types.ts';

const setScene = httpScenes();
const setHttp2Scene = http2Scenes();

function frontend(policies: RoutePolicies = {}, forward: Partial<ForwardConfig> = {}, path = '/to') {
  return { routes: [{ paths: [path], forward: forwardConfig(forward), policies }] };
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly fields?: string;
}

/** The answer to one request, up to the end of its head. */
async function ask(client: RawClient, { method = 'GET', path = '/', fields = '' }: Asked): Promise<string> {
  await client.send(
    `${method} ${path} HTTP/1.1\r\nHost: proxy.example.com\r\nContent-Length: 0\r\n${fields}\r\n`,
  );
  return client.until((all) => all.includes('\r\n\r\n'));
}

function answering(fields: string, status = '200 OK'): Answer {
  return (_request, socket) => void socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n${fields}\r\n`);
}

describe('a route that leads to what requests name', () => {
  it('sends them there, with the path behind the host and its name in Host', async () => {
    const { client, upstream, proxy } = await setScene(ok('served'), frontend());
    const { port } = upstream;

    const answer = await ask(client, {
      path: `/to/127.0.0.1:${port}/api/v1/Cubes('a')?$top=1`,
      fields: 'Cookie: TM1SessionId=s\r\nAuthorization: Basic eDp5\r\n',
    });

    const [request] = upstream.requests();
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(request).toMatchObject({ method: 'GET', target: "/api/v1/Cubes('a')?$top=1" });
    expect(valuesOf(request?.fields ?? [], 'host')).toEqual([`127.0.0.1:${port}`]);
    expect(valuesOf(request?.fields ?? [], 'x-forwarded-host')).toEqual(['proxy.example.com']);
    expect(valuesOf(request?.fields ?? [], 'cookie')).toEqual(['TM1SessionId=s']);
    expect(proxy.requests).toMatchObject([{ backend: 'forward:/to', server: `127.0.0.1:${port}` }]);
  });

  it.each([
    ['/to/127.0.0.1:PORT', '/'],
    ['/to/127.0.0.1:PORT/', '/'],
    ['/to/127.0.0.1:PORT?a=b', '/?a=b'],
    ['/to/127.0.0.1:PORT//evil.example/x', '//evil.example/x'],
    ['/to/127.0.0.1:PORT/127.0.0.2/x', '/127.0.0.2/x'],
    ['/%74o/%31%32%37.0.0.1%3APORT/x', '/x'],
    ['http://proxy.example.com/to/127.0.0.1:PORT/x', '/x'],
  ])('%s asks for %s', async (path, target) => {
    const { client, upstream } = await setScene(ok('served'), frontend());

    await ask(client, { path: path.replace('PORT', String(upstream.port)) });

    expect(upstream.requests().map((request) => request.target)).toEqual([target]);
  });

  it.each([
    ['/to', 404],
    ['/to/', 404],
    ['/to//127.0.0.1:PORT/x', 404],
    ['/to/localhost:PORT/x', 403],
    ['/to/127.0.0.2:PORT/x', 403],
  ])('%s is answered with %d', async (path, status) => {
    const { client, upstream } = await setScene(ok('served'), frontend());

    const answer = await ask(client, { path: path.replace('PORT', String(upstream.port)) });

    expect(answer.slice(9, 12)).toBe(String(status));
    expect(upstream.connections()).toHaveLength(0);
  });

  it('confines cookies to their target', async () => {
    const cookies =
      'Set-Cookie: TM1SessionId=a; Path=/api; Domain=example.com; HttpOnly\r\nSet-Cookie: b=c; SameSite=Lax\r\n';
    const { client, upstream } = await setScene(
      answering(cookies),
      frontend(
        {},
        {
          cookies: { sameSite: 'None', partitioned: false },
        },
      ),
    );
    const base = `/to/127.0.0.1:${upstream.port}`;

    const answer = await ask(client, { path: `${base}/x/y` });

    expect(answer.match(/^set-cookie: .*$/gim)).toEqual([
      `Set-Cookie: TM1SessionId=a; HttpOnly; Path=${base}/api; SameSite=None; Secure`,
      `Set-Cookie: b=c; Path=${base}/x; SameSite=None; Secure`,
    ]);
  });

  it('leaves cookies away where header rules do', async () => {
    const rules = { headers: { response: { set: [], add: [], remove: ['set-cookie'] } } };
    const { client, upstream } = await setScene(answering('Set-Cookie: a=b\r\n'), frontend(rules));

    const answer = await ask(client, { path: `/to/127.0.0.1:${upstream.port}/` });

    expect(answer).not.toMatch(/set-cookie/i);
  });

  it.each([
    ['302 Found', '/login', 302, '/to/HOST/login'],
    ['302 Found', 'https://login.example.org/authorize', 302, 'https://login.example.org/authorize'],
    ['201 Created', 'http://HOST/api/v1/Cubes(1)', 201, '/to/HOST/api/v1/Cubes(1)'],
    ['201 Created', 'https://evil.example/1', 201, null],
    ['302 Found', '//evil.example/', 502, null],
    ['307 Temporary Redirect', 'https://evil.example/', 502, null],
  ])('%s to %s: %d to %s', async (status, location, expected, to) => {
    const { client, upstream } = await setScene(({ fields }, socket) => {
      const host = valuesOf(fields, 'host')[0] ?? '';
      answering(`Location: ${location.replace('HOST', host)}\r\nRefresh: 0;url=//evil.example\r\n`, status)(
        { fields } as never,
        socket,
      );
    }, frontend());
    const host = `127.0.0.1:${upstream.port}`;

    const answer = await ask(client, { path: `/to/${host}/x` });

    expect(answer.slice(9, 12)).toBe(String(expected));
    expect(/^location: (.*)\r$/im.exec(answer)?.[1] ?? null).toBe(to?.replace('HOST', host) ?? null);
    expect(answer).not.toMatch(/refresh|evil/i);
  });

  it('passes on nothing that speaks for the other targets as well', async () => {
    const fields = 'Clear-Site-Data: "*"\r\nService-Worker-Allowed: /\r\nX-Kept: yes\r\n';
    const { client, upstream } = await setScene(answering(fields), frontend());

    const answer = await ask(client, { path: `/to/127.0.0.1:${upstream.port}/x` });

    expect(answer).toContain('X-Kept: yes');
    expect(answer).not.toMatch(/clear-site-data|service-worker/i);
  });

  it('refuses a redirect that leads to two places', async () => {
    const { client, upstream, proxy } = await setScene(
      answering('Location: /a\r\nLocation: /b\r\n', '302 Found'),
      frontend(),
    );

    const answer = await ask(client, { path: `/to/127.0.0.1:${upstream.port}/x` });

    expect(answer.slice(9, 12)).toBe('502');
    expect(proxy.requests).toMatchObject([{ error: 'RedirectRefused' }]);
  });

  it.each([
    ['POST', '', '200'],
    ['POST', 'Origin: http://proxy.example.com\r\n', '200'],
    ['POST', 'Origin: https://app.example.com\r\n', '200'],
    ['POST', 'Origin: https://login.example.org\r\n', '200'],
    ['GET', 'Origin: https://evil.example\r\n', '200'],
    ['POST', 'Origin: https://evil.example\r\n', '403'],
    ['DELETE', 'Origin: null\r\n', '403'],
    ['POST', 'Origin: http://login.example.org\r\n', '403'],
    ['POST', 'Origin: https://login.example.org.evil.example\r\n', '403'],
  ])('%s with %j is answered with %s', async (method, fields, status) => {
    const cors = {
      origins: ['https://app.example.com'],
      methods: ['GET'],
      headers: [],
      exposedHeaders: [],
      credentials: true,
      maxAgeSeconds: 1,
    };
    const { client, upstream } = await setScene(ok(''), frontend({ cors }));

    const answer = await ask(client, { method, fields, path: `/to/127.0.0.1:${upstream.port}/` });

    expect(answer.slice(9, 12)).toBe(status);
    expect(upstream.requests()).toHaveLength(status === '200' ? 1 : 0);
  });

  it.each([
    ['', '101'],
    ['Origin: http://proxy.example.com\r\n', '101'],
    ['Origin: https://evil.example\r\n', '403'],
  ])('switches protocols for who sends %j: %s', async (origin, status) => {
    const { client, upstream } = await setScene((_request, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSet-Cookie: a=b; Path=/\r\n\r\nhello',
      );
    }, frontend());
    const base = `/to/127.0.0.1:${upstream.port}`;

    await client.send(
      `GET ${base}/x HTTP/1.1\r\nHost: proxy.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${origin}\r\n`,
    );
    const answer = await client.until((all) => /hello|requests|address/.test(all.split('\r\n\r\n')[1] ?? ''));

    expect(answer.slice(9, 12)).toBe(status);
    expect(answer.includes(`Set-Cookie: a=b; Path=${base}\r\n`)).toBe(status === '101');
  });

  it.each([
    ['127.0.0.1:PORT/admin', 403],
    ['127.0.0.1:PORT/admin/x', 403],
    ['127.0.0.1:PORT/%61dmin', 403],
    ['127.0.0.1%3APORT/admin', 403],
    ['127.1:PORT/admin', 403],
    ['0x7f.0.0.1:PORT/admin', 403],
    ['127.1:PORT/other', 200],
  ])('denies a path however the host before it is written: %s', async (path, status) => {
    const { client, upstream } = await setScene(ok(''));
    const { port } = upstream;
    const denying = {
      requestFilter: {
        methods: [],
        allowedPaths: [],
        deniedPaths: [{ path: `/to/127.0.0.1:${port}/admin`, match: 'Prefix' as const }],
        contentTypes: [],
        bodyBytes: 0,
      },
    };
    const { client: other, proxy } = await setScene(
      ok(''),
      frontend(denying, { allowedHosts: [`127.0.0.1:${port}`] }),
    );
    client.socket.destroy();

    const answer = await ask(other, { path: `/to/${path.replace('PORT', String(port))}` });

    expect(answer.slice(9, 12)).toBe(String(status));
    expect(proxy.requests[0]?.error).toBe(status === 403 ? 'PathRefused' : null);
  });

  it('keeps connections to as many targets as it may, and goes on with the others', async () => {
    const { client, upstream } = await setScene(
      ok('x'),
      frontend(
        {},
        {
          targets: 1,
          allowedHosts: ['127.0.0.1:*', 'localhost:*'],
          allowedAddresses: ['127.0.0.0/8', '::1/128'],
        },
      ),
    );
    const paths = ['127.0.0.1', 'localhost', '127.0.0.1', 'localhost'].map(
      (host) => `/to/${host}:${upstream.port}/`,
    );

    for (const [index, path] of paths.entries()) {
      await client.send(`GET ${path} HTTP/1.1\r\nHost: proxy.example.com\r\n\r\n`);
      await client.until((all) => all.split('HTTP/1.1 200').length === index + 2);
    }

    expect(upstream.requests()).toHaveLength(4);
    expect(upstream.sockets).toHaveLength(4);
  });

  it('does the same over HTTP/2', async () => {
    const { client, upstream } = await setHttp2Scene({
      answer: answering('Set-Cookie: a=b; Path=/\r\nLocation: /login\r\n', '302 Found'),
      frontend: frontend(),
    });
    const base = `/to/127.0.0.1:${upstream.port}`;

    await client.send(headers(1, [...GET.filter(([name]) => name !== ':path'), [':path', `${base}/x`]]));
    const response = await client.response(1);

    expect(response.fields).toEqual(
      expect.arrayContaining([
        ['set-cookie', `a=b; Path=${base}`],
        ['location', `${base}/login`],
      ]),
    );
  });
});
