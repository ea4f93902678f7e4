import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CONFIG_MAPS } from '../../../operator/kube/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

const SPEC = {
  teamworkCloud: {
    release: '2026x',
    topology: 'Layer4',
    hostname: 'twc.example.com',
    servers: [{ host: '192.0.2.1' }],
    hostnames: { rest: 'rest.example.com' },
  },
};

/** What is waited for may take long where much else runs. */
jest.setTimeout(60_000);

let site: Site;

beforeAll(async () => {
  site = await openSite('server-settings');
}, 60_000);

afterAll(async () => {
  await site?.release();
});

describe('what has to be set on the servers', () => {
  it('is in a ConfigMap, and follows the addresses of the flows', async () => {
    const lineWith = (file: string, key: string) =>
      eventually(`${key} in ${file}`, async () => {
        const name = 'whole-server-settings';
        const found = await site.client.get(CONFIG_MAPS, { namespace: site.namespace, name });
        return found?.data?.[file]?.split('\n').find((line) => line.includes(key));
      });
    await site.applyProxy('whole', SPEC);

    expect(await lineWith('application.conf', '# server-broadcast-host')).toMatch(/not known/);
    await site.assign('whole-client', '192.0.2.11');
    expect(await lineWith('application.conf', 'server-broadcast-host = ')).toMatch(/"192\.0\.2\.11"$/);
    await site.assign('whole-client', '192.0.2.12');
    expect(await lineWith('application.conf', '"192.0.2.12"')).toBe('server-broadcast-host = "192.0.2.12"');
    expect(await lineWith('clients.json', 'modelingClient')).toBe('  "modelingClient": "192.0.2.12:443"');
    expect(await lineWith('authserver.properties', 'whitelist')).toBe(
      'authentication.redirect.uri.whitelist=https://twc.example.com/,https://twc.example.com:443/,https://rest.example.com/,https://rest.example.com:443/,https://md_redirect',
    );
    const { status } = await site.until(
      'whole',
      'the string for modelling clients',
      ({ status }) => status?.clientSettings?.modelingClient === '192.0.2.12:443',
    );
    expect(status?.clientSettings).toEqual({
      webapp: 'https://twc.example.com/webapp',
      rest: 'https://rest.example.com/osmc',
      modelingClient: '192.0.2.12:443',
    });
  });
});
