import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { CREDENTIALS } from '../../support/browser/calling.ts';
import { CHROMIUM } from '../../support/browser/chromium.ts';
import { describeWith } from '../../support/describe-with.ts';
import { GATEWAY, SHEETS, startSite, STRANGER } from './site.ts';
import type { Ports, Site } from './site.ts';

/** Much more than any of this takes on a busy machine. */
jest.setTimeout(120_000);

const CUBES = '/api/v1/Cubes?$select=Name';
const CELL = "/api/v1/Cubes('Plan')/Cells('2026,Budget')";
const LIMITED = '/api/v1/Limited';

function spec({ flow, tm1, pages }: Ports): object {
  return {
    certificates: [{ name: 'public', secretRef: { name: 'gateway' } }],
    frontends: [
      {
        name: 'tm1',
        port: flow,
        protocol: 'HTTPS',
        certificates: ['public'],
        policies: {
          cors: {
            origins: [`https://${SHEETS}:${pages}`],
            methods: ['GET', 'PATCH', 'POST'],
            headers: ['Authorization', 'Content-Type'],
            credentials: true,
          },
        },
        routes: [
          { paths: [LIMITED], backend: 'tm1', policies: { rateLimit: { requests: 1, per: '24h' } } },
          { paths: ['/api'], backend: 'tm1' },
        ],
      },
    ],
    backends: [
      {
        name: 'tm1',
        protocol: 'HTTPS',
        servers: [{ host: '127.0.0.1', port: tm1 }],
        tls: { verify: 'Chain', trust: ['public'], serverName: GATEWAY },
      },
    ],
  };
}

describeWith(CHROMIUM, 'a page in Chromium', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite(spec);
  });

  afterAll(async () => {
    await site[Symbol.asyncDispose]();
  });

  it('of an allowed origin reads and writes with its credentials', async () => {
    const page = await site.open(SHEETS);

    const anonymous = await page.ask(CUBES);
    const cubes = await page.ask(CUBES, { headers: CREDENTIALS });
    const written = await page.ask(CELL, {
      method: 'PATCH',
      headers: { ...CREDENTIALS, 'Content-Type': 'application/json' },
      body: JSON.stringify({ Value: 1234 }),
    });
    const read = await page.ask(CELL, { headers: CREDENTIALS });

    expect(anonymous).toMatchObject({ status: 401 });
    expect(cubes).toEqual({ status: 200, body: expect.stringContaining('"Name":"Plan"') });
    expect(written).toEqual({ status: 204, body: '' });
    expect(read).toEqual({ status: 200, body: '{"Ordinal":0,"Value":1234}' });
    expect(site.tm1.cell('2026,Budget')).toBe(1234);
    expect(site.tm1.requests.filter(({ method }) => method === 'OPTIONS')).toEqual([]);
  });

  it('sees that it asks too often', async () => {
    const page = await site.open(SHEETS);

    const answers = [await page.ask(LIMITED), await page.ask(LIMITED)];

    expect(answers.map(({ status }) => status)).toEqual([401, 429]);
  });

  it('of another origin reads nothing, and changes nothing that needs a preflight', async () => {
    const page = await site.open(STRANGER);
    const before = site.tm1.requests.length;

    const read = await page.ask(CUBES);
    const written = await page.ask(CELL, {
      method: 'PATCH',
      headers: { ...CREDENTIALS, 'Content-Type': 'application/json' },
      body: JSON.stringify({ Value: 1 }),
    });

    expect(read).toEqual({ error: 'TypeError: Failed to fetch' });
    expect(written).toEqual({ error: 'TypeError: Failed to fetch' });
    expect(site.tm1.requests.slice(before).map(({ method }) => method)).toEqual(['GET']);
  });
});
