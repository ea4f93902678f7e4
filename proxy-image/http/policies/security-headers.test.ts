import { describe, expect, it } from '@jest/globals';
import { get, httpScenes, ok } from '../../../test/support/http/scene.ts';
import { headers } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import type { RoutePolicies, SecurityHeadersPolicy } from '../../config/types.ts';

const setUp = httpScenes();
const setUpHttp2 = http2Scenes();

const POLICY: SecurityHeadersPolicy = {
  referrerPolicy: 'same-origin',
  frames: 'SameOrigin',
  frameOrigins: [],
};

const ANSWER = ok(
  'hello',
  "x-frame-options: ALLOWALL\r\nReferrer-Policy: unsafe-url\r\nReferrer-Policy: origin\r\nContent-Security-Policy: default-src 'self'\r\n",
);

/** The fields in question, in lower case. */
function said(head: string): readonly string[] {
  return head
    .toLowerCase()
    .split('\r\n')
    .filter((line) => /^(x-content|x-frame|referrer|content-security)/.test(line));
}

async function ask(policies: RoutePolicies, path = '/a'): Promise<readonly string[]> {
  const { client } = await setUp(ANSWER, {
    policies,
    routes: [{ paths: ['/gone'], backend: 'nowhere' }],
  });
  await client.send(get(path));
  return said(await client.until((all) => all.includes('\r\n\r\n')));
}

const OWN = ['x-content-type-options: nosniff', 'referrer-policy: same-origin'];
const SERVER = "content-security-policy: default-src 'self'";

describe('securityHeaders', () => {
  it.each<readonly [Partial<SecurityHeadersPolicy>, readonly string[]]>([
    [{}, ['x-frame-options: sameorigin', "content-security-policy: frame-ancestors 'self'"]],
    [{ frames: 'None' }, ['x-frame-options: deny', "content-security-policy: frame-ancestors 'none'"]],
    [{ frames: 'Any' }, []],
    [
      { frameOrigins: ['https://app.example.com', 'https://*.example.org'] },
      ["content-security-policy: frame-ancestors 'self' https://app.example.com https://*.example.org"],
    ],
  ])('%j replace what servers send, but for their content security policy', async (parts, expected) => {
    // What is framed by anybody is left to the server.
    const left = parts.frames === 'Any' ? ['x-frame-options: allowall'] : [];

    expect(await ask({ securityHeaders: { ...POLICY, ...parts } })).toEqual([
      ...left,
      SERVER,
      ...OWN,
      ...expected,
    ]);
  });

  it('are in answers of the proxy', async () => {
    expect(await ask({ securityHeaders: POLICY }, '/gone')).toEqual([
      ...OWN,
      'x-frame-options: sameorigin',
      "content-security-policy: frame-ancestors 'self'",
    ]);
  });

  it('leave to header rules what these name', async () => {
    const rules = {
      set: [{ name: 'referrer-policy', value: 'origin' }],
      add: [],
      remove: ['X-FRAME-OPTIONS'],
    };

    expect(await ask({ securityHeaders: POLICY, headers: { response: rules } })).toEqual([
      SERVER,
      'referrer-policy: origin',
      'x-content-type-options: nosniff',
      "content-security-policy: frame-ancestors 'self'",
    ]);
  });

  it('are the same over HTTP/2', async () => {
    const { client } = await setUpHttp2({
      answer: ANSWER,
      frontend: { policies: { securityHeaders: POLICY } },
    });

    await client.send(headers(1));

    const { fields } = await client.response(1);
    expect(said(fields.map((field) => field.join(': ')).join('\r\n'))).toEqual([
      SERVER,
      ...OWN,
      'x-frame-options: sameorigin',
      "content-security-policy: frame-ancestors 'self'",
    ]);
  });
});
