import { describe, expect, it } from '@jest/globals';
import { get, httpScenes, ok } from '../../../test/support/http/scene.ts';
import type { RawClient } from '../../../test/support/http/raw-client.ts';

const setScene = httpScenes();

/** The scenes' clients come from this address. */
const TRUSTED = ['127.0.0.1/32'];

function requiring(action: 'Redirect' | 'Refuse', trustedSources = TRUSTED, redirectPort = 443) {
  return { trustedSources, policies: { requireHttps: { action, redirectPort, tlsPorts: [443] } } };
}

/** The answer to one request, up to the end of its head, and what came of its body. */
async function ask(client: RawClient, request: string): Promise<string> {
  await client.send(request);
  return client.until((all) => all.includes('\r\n\r\n'));
}

describe('a frontend that requires HTTPS', () => {
  it.each([
    'X-Forwarded-Proto: https\r\n',
    'X-Forwarded-Proto: HTTPS\r\n',
    'X-Forwarded-Proto: wss\r\n',
    'X-Forwarded-Proto: https, https\r\n',
    'X-Forwarded-Proto: https\r\nX-Forwarded-Proto: https\r\n',
    'Forwarded: for=192.0.2.1;proto=https\r\n',
    'Forwarded: for="[2001:db8::1]:80";Proto="https";host="a,b"\r\n',
    'Forwarded: for=192.0.2.1, for=192.0.2.2;proto=https\r\n',
    'X-Forwarded-Proto: https\r\nForwarded: for=192.0.2.1\r\n',
  ])('serves what a trusted proxy says of: %j', async (fields) => {
    const { client, upstream } = await setScene(ok('served'), requiring('Redirect'));

    expect(await ask(client, get('/a', fields))).toMatch(/^HTTP\/1.1 200 /);
    expect(upstream.requests()).toHaveLength(1);
  });

  it.each([
    '',
    'X-Forwarded-Proto: http\r\n',
    'X-Forwarded-Proto: https, http\r\n',
    'X-Forwarded-Proto: http, https\r\n',
    'X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n',
    'X-Forwarded-Proto: httpsx\r\n',
    'X-Forwarded-Proto: \r\n',
    'X-Forwarded-Ssl: on\r\n',
    'Forwarded: for=192.0.2.1\r\n',
    'Forwarded: proto=https, for=192.0.2.1\r\n',
    'Forwarded: proto=http, proto=https\r\n',
    'Forwarded: for="x;proto=https"\r\n',
    'Forwarded: for="x, proto=https\r\n',
    'Forwarded: proto=http;proto=https\r\n',
    'X-Forwarded-Proto: https\r\nForwarded: proto=http\r\n',
    'X-Forwarded-Proto: https\r\nForwarded: for="x\r\n',
  ])('does not serve what it says of: %j', async (fields) => {
    const { client, upstream } = await setScene(ok('served'), requiring('Redirect'));

    expect(await ask(client, get('/a', fields))).toMatch(/^HTTP\/1.1 301 /);
    expect(upstream.connections()).toHaveLength(0);
  });

  it('believes nobody else', async () => {
    const { client, upstream } = await setScene(ok('served'), requiring('Redirect', ['192.0.2.0/24']));

    const claim = get('/a', 'X-Forwarded-Proto: https\r\nForwarded: proto=https\r\n');

    expect(await ask(client, claim)).toMatch(/^HTTP\/1.1 301 /);
    expect(upstream.connections()).toHaveLength(0);
  });

  it.each([
    ['GET', '/a?b=c', 443, 301, 'https://twc.example.com/a?b=c'],
    ['HEAD', '//evil.example', 443, 301, 'https://twc.example.com//evil.example'],
    ['POST', '/a', 8443, 308, 'https://twc.example.com:8443/a'],
    ['OPTIONS', '*', 443, 308, 'https://twc.example.com/'],
    ['GET', 'http://twc.example.com/a', 443, 301, 'https://twc.example.com/a'],
  ])('sends %s %s on to port %d with %d', async (method, target, port, status, location) => {
    const { client } = await setScene(ok('served'), requiring('Redirect', [], port));

    const answer = await ask(
      client,
      `${method} ${target} HTTP/1.1\r\nHost: twc.example.com\r\nContent-Length: 0\r\n\r\n`,
    );

    expect(answer.slice(9, 12)).toBe(String(status));
    expect(answer).toContain(`\r\nLocation: ${location}\r\n`);
  });

  it('says what to do where it refuses', async () => {
    const { client, proxy, upstream } = await setScene(ok('served'), requiring('Refuse'));

    await client.send(get('/a'));
    const answer = await client.until((all) => all.endsWith('http://.\n'));

    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(answer).toContain('ask for https://');
    expect(proxy.requests).toMatchObject([{ status: 403, error: 'HttpsRequired' }]);
    expect(upstream.connections()).toHaveLength(0);
  });

  it('tells of HSTS where a request has come by HTTPS, and nowhere else', async () => {
    const hsts = { maxAgeSeconds: 60, includeSubDomains: false, preload: false };
    const { policies, ...frontend } = requiring('Redirect');
    const { client } = await setScene(ok('served'), { ...frontend, policies: { ...policies, hsts } });

    const redirect = await ask(client, get('/a'));
    await client.send(get('/a', 'X-Forwarded-Proto: https\r\n'));
    const both = await client.until((all) => all.endsWith('served'));

    expect(redirect).not.toContain('Strict-Transport-Security');
    expect(both.slice(redirect.length)).toContain('Strict-Transport-Security: max-age=60');
  });
});
