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

/** Requests that one address may make; more than the other tests make together. */
const REQUESTS = 40;

function spec({ flow, tm1, pages }: Ports): object {
  return {
    teamOne: {
      hostname: GATEWAY,
      port: flow,
      allowedHosts: [`127.0.0.1:${tm1}`],
      trust: ['public'],
      origins: [`https://${SHEETS}:${pages}`],
      rateLimit: { requests: REQUESTS, per: '24h' },
    },
    certificates: [{ name: 'public', secretRef: { name: 'gateway' } }],
  };
}

describeWith(CHROMIUM, 'a TeamOne page in Chromium', () => {
  let site: Site;
  let server: string;

  beforeAll(async () => {
    site = await startSite(spec);
    server = `/127.0.0.1:${site.ports.tm1}`;
  });

  afterAll(async () => {
    await site[Symbol.asyncDispose]();
  });

  it('signs in, and reads and writes by the session that it has then', async () => {
    const page = await site.open(SHEETS);

    const anonymous = await page.ask(`${server}${CUBES}`);
    const cubes = await page.ask(`${server}${CUBES}`, { headers: CREDENTIALS });
    const written = await page.ask(`${server}${CELL}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ Value: 4321 }),
    });
    const read = await page.ask(`${server}${CELL}`);
    const closed = await page.ask(`${server}/api/v1/ActiveSession/tm1.Close`, { method: 'POST' });
    const after = await page.ask(`${server}${CELL}`);

    expect(anonymous).toMatchObject({ status: 401 });
    expect(cubes).toEqual({ status: 200, body: expect.stringContaining('"Name":"Plan"') });
    expect(written).toEqual({ status: 204, body: '' });
    expect(read).toEqual({ status: 200, body: '{"Ordinal":0,"Value":4321}' });
    expect(closed).toMatchObject({ status: 204 });
    expect(after).toMatchObject({ status: 401 });
    expect(site.tm1.requests.filter(({ method }) => method === 'OPTIONS')).toEqual([]);
  });

  it('is led to no other host where none is approved for that, and told so', async () => {
    const page = await site.open(SHEETS);

    const seen = await page.ask(`${server}/login`);
    const popUp = await page.popUp(`${server}/login`);

    expect(seen).toEqual({ status: 502, body: expect.stringContaining('browsers may not be sent') });
    expect(popUp.url()).toBe(`https://${GATEWAY}:${site.ports.flow}${server}/login`);
    expect(await popUp.textContent('body')).toContain('browsers may not be sent');
  });

  it('is told that a host is not approved, and nobody is asked', async () => {
    const page = await site.open(SHEETS);
    const before = site.tm1.requests.length;

    const answers = [
      await page.ask('/www.example.org/api/v1/Cubes'),
      await page.ask(`/localhost:${site.ports.tm1}${CUBES}`),
      await page.ask(`/127.0.0.1:${site.ports.pages}/`),
    ];

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(site.tm1.requests).toHaveLength(before);
  });

  it('is not let to a gateway on a local address that its user does not allow', async () => {
    const page = await site.open(SHEETS, false);
    const before = site.tm1.requests.length;

    const answer = await page.ask(`${server}${CUBES}`, { headers: CREDENTIALS });

    expect(answer).toEqual({ error: 'TypeError: Failed to fetch' });
    expect(site.tm1.requests).toHaveLength(before);
  });

  it('of another origin reads nothing', async () => {
    const page = await site.open(STRANGER);

    const read = await page.ask(`${server}${CUBES}`, { headers: CREDENTIALS });

    expect(read).toEqual({ error: 'TypeError: Failed to fetch' });
  });

  it('sees that it asks too often', async () => {
    const page = await site.open(SHEETS);

    const statuses = [];
    for (let count = 0; count <= REQUESTS; count += 1) {
      statuses.push((await page.ask('/www.example.org/')).status);
    }

    expect(statuses.at(-1)).toBe(429);
  });
});
