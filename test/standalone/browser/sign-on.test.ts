import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { CREDENTIALS, signOn } from '../../support/browser/calling.ts';
import { CHROMIUM } from '../../support/browser/chromium.ts';
import { describeWith } from '../../support/describe-with.ts';
import { USER } from '../../support/tm1/sign-on.ts';
import { GATEWAY, LOGIN, SHEETS, startSite } from './site.ts';
import type { Ports, Site } from './site.ts';

/** Much more than any of this takes on a busy machine. */
jest.setTimeout(120_000);

const CUBES = '/api/v1/Cubes?$select=Name';

function spec({ flow, tm1, login, pages }: Ports): object {
  return {
    teamOne: {
      hostname: GATEWAY,
      port: flow,
      servers: [{ host: '127.0.0.1', port: tm1 }],
      oauthAllowedHosts: [`${LOGIN}:${login}`],
      trust: ['public'],
      origins: [`https://${SHEETS}:${pages}`],
    },
    certificates: [{ name: 'public', secretRef: { name: 'gateway' } }],
  };
}

describeWith(CHROMIUM, 'a TeamOne page in Chromium, whose users sign on elsewhere', () => {
  let site: Site;
  let server: string;

  beforeAll(async () => {
    site = await startSite(spec, 'Usual');
    server = `/127.0.0.1:${site.ports.tm1}`;
  });

  afterAll(async () => {
    await site[Symbol.asyncDispose]();
  });

  it.each(['query', 'form_post'])('is let in by the session that this begins (%s)', async (mode) => {
    const page = await site.open(SHEETS);

    const before = await page.ask(`${server}${CUBES}`);
    const popUp = await page.popUp(`${server}/login?response_mode=${mode}`);
    const at = new URL(popUp.url()).host;
    await signOn(popUp, USER);
    const after = await page.ask(`${server}${CUBES}`);

    expect(before).toMatchObject({ status: 401 });
    expect(at).toBe(`${LOGIN}:${site.ports.login}`);
    expect(popUp.url()).toBe(`https://${GATEWAY}:${site.ports.flow}${server}/login/done`);
    expect(await popUp.title()).toBe('Signed on');
    expect(after).toEqual({ status: 200, body: expect.stringContaining('"Name":"Plan"') });
  });

  it('is led to no host that is not approved, and told so', async () => {
    const page = await site.open(SHEETS);

    const seen = await page.ask(`${server}/login/elsewhere`);
    const popUp = await page.popUp(`${server}/login/elsewhere`);

    expect(seen).toEqual({ status: 502, body: expect.stringContaining('browsers may not be sent') });
    expect(popUp.url()).toBe(`https://${GATEWAY}:${site.ports.flow}${server}/login/elsewhere`);
    expect(await popUp.textContent('body')).toContain('browsers may not be sent');
  });

  it('can also sign in by itself', async () => {
    const page = await site.open(SHEETS);

    const signedIn = await page.ask(`${server}${CUBES}`, { headers: CREDENTIALS });
    const again = await page.ask(`${server}${CUBES}`);

    expect([signedIn.status, again.status]).toEqual([200, 200]);
  });
});
