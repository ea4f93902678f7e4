import { describe, expect, it } from '@jest/globals';
import { valuesOf } from '../../test/support/http/messages.ts';
import { httpBackend, httpFrontend } from '../../test/support/http/proxy.ts';
import { get, httpScenes, ok, type Answer } from '../../test/support/http/scene.ts';
import { GET, headers } from '../../test/support/http2/frames.ts';
import { http2Scenes } from '../../test/support/http2/scene.ts';
import { FieldSection } from './http1/fields.ts';
import { cookieValue, setCookie } from './sticky-cookie.ts';

const CONFIG = { name: 'twp', sameSite: 'Lax', key: 'c'.repeat(64) } as const;

function valueIn(lines: string): string | null {
  const bytes = Buffer.from(`${lines}\r\n`, 'latin1');
  const fields = new FieldSection();
  fields.begin(0);
  fields.read(bytes, 8_192);
  return cookieValue(fields, bytes, 'twp');
}

describe('cookieValue', () => {
  it.each([
    ['', null],
    ['Host: twp=no\r\n', null],
    ['Cookie: twp=abc\r\n', 'abc'],
    ['cookie: a=1; twp=abc; b=2\r\n', 'abc'],
    ['Cookie: a=1;twp=abc\r\n', 'abc'],
    ['Cookie: a=1\r\nCookie: twp=abc\r\n', 'abc'],
    ['Cookie: twp=\r\n', ''],
    ['Cookie: xtwp=abc; twp2=abc; twp\r\n', null],
    ['Cookie: twp=first; twp=second\r\n', 'first'],
  ])('in %j is %j', (lines, expected) => {
    expect(valueIn(lines)).toBe(expected);
  });
});

describe('setCookie', () => {
  it.each([
    ['Lax', false, 'twp=abc; Path=/; HttpOnly; SameSite=Lax'],
    ['None', true, 'twp=abc; Path=/; HttpOnly; SameSite=None; Secure'],
  ] as const)('with SameSite %s, over TLS %s', (sameSite, secure, expected) => {
    expect(setCookie({ ...CONFIG, sameSite }, 'abc', secure)).toBe(expected);
  });
});

describe('a client of a backend with a sticky cookie', () => {
  const setUp = httpScenes();
  const setUpHttp2 = http2Scenes();

  it('is given the cookie once, and it is passed on to the server', async () => {
    const { proxy, client, upstream } = await setUp(ok('hello'));
    proxy.serve(httpFrontend({ backends: [httpBackend([upstream.port], { stickyCookie: CONFIG })] }));
    await client.send(get());
    const first = await client.until((all) => all.endsWith('hello'));
    const [, cookie = ''] = /^Set-Cookie: ([^;]+); Path=\/; HttpOnly; SameSite=Lax\r$/m.exec(first) ?? [];

    await client.send(get('/b', `Cookie: a=1; ${cookie}\r\n`));
    const both = await client.until((all) => all.split('hello').length === 3);

    expect(cookie).toMatch(/^twp=[\w-]{22}$/);
    expect(cookie).not.toContain('127.0.0.1');
    expect(both.match(/set-cookie/gi)).toHaveLength(1);
    expect(valuesOf(upstream.requests()[1]?.fields ?? [], 'cookie')).toEqual([`a=1; ${cookie}`]);
  });

  it('keeps the cookies of the server', async () => {
    const { proxy, client, upstream } = await setUp(ok('hello', 'Set-Cookie: session=1\r\n'));
    proxy.serve(httpFrontend({ backends: [httpBackend([upstream.port], { stickyCookie: CONFIG })] }));

    await client.send(get());

    const received = await client.until((all) => all.endsWith('hello'));
    expect(received).toContain('Set-Cookie: session=1\r\n');
    expect(received).toContain('Set-Cookie: twp=');
  });

  it('is given it with a switch of protocols, too', async () => {
    const answer: Answer = (_request, socket) =>
      void socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      );
    const { proxy, client, upstream } = await setUp(answer);
    proxy.serve(httpFrontend({ backends: [httpBackend([upstream.port], { stickyCookie: CONFIG })] }));

    await client.send(get('/a', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'));

    expect(await client.until((all) => all.includes('\r\n\r\n'))).toContain('Set-Cookie: twp=');
  });

  it('is given another one when its server is no more', async () => {
    const { proxy, client, upstream } = await setUp(ok('hello'));
    proxy.serve(httpFrontend({ backends: [httpBackend([upstream.port], { stickyCookie: CONFIG })] }));

    await client.send(get('/a', 'Cookie: twp=somebody-elses\r\n'));

    expect(await client.until((all) => all.endsWith('hello'))).toContain('Set-Cookie: twp=');
  });

  it('is given it over HTTP/2 as well', async () => {
    const { proxy, client, upstream } = await setUpHttp2({ answer: ok('hello', 'X-A: 1\r\n') });
    proxy.serve(httpFrontend({ backends: [httpBackend([upstream.port], { stickyCookie: CONFIG })] }));
    await client.send(headers(1));
    const { fields } = await client.response(1);
    const [cookie = ''] = valuesOf(fields, 'set-cookie');

    await client.send(headers(3, [...GET, ['cookie', cookie.split(';')[0] ?? '']]));
    const second = await client.response(3);

    expect(fields.map(([name]) => name)).toEqual([':status', 'x-a', 'content-length', 'set-cookie']);
    expect(cookie).toMatch(/^twp=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    expect(valuesOf(second.fields, 'set-cookie')).toEqual([]);
  });
});
