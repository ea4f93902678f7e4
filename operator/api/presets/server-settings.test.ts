import { describe, expect, it } from '@jest/globals';
import { serverSettings } from './server-settings.ts';
import type { PublicPlaces } from './server-settings.ts';

const LAYER7 = { release: '2026x', topology: 'Layer7Hybrid', client: { encryption: 'TLS' } } as const;
const web = { host: 'twc.example.com', port: 443 };
const places: PublicPlaces = {
  webapp: web,
  rest: web,
  authserver: undefined,
  client: { host: '192.0.2.11', port: 443 },
};

/** The settings of a file, without comments. */
function settings(text: string | undefined): readonly string[] {
  return (text ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('serverSettings', () => {
  it('gives what has to agree with the HTTPS flow and the client flow', () => {
    const files = serverSettings(LAYER7, places);

    expect(settings(files['application.conf'])).toEqual([
      'esi.server.core.load_balancer = false',
      'server-broadcast-host = "192.0.2.11"',
      'esi.auth.url = "https://twc.example.com:443"',
      'esi.oslc.protocol = "https"',
      'esi.oslc.server = "twc.example.com"',
      'esi.oslc.port = 443',
    ]);
    expect(settings(files['authserver.properties'])).toEqual([
      'authentication.redirect.uri.whitelist=https://twc.example.com/,https://twc.example.com:443/,https://md_redirect',
    ]);
    expect(settings(files['webappplatform.properties'])).toEqual([
      'server.public.host=twc.example.com',
      'authentication.server.ip=twc.example.com',
      'authentication.server.port=443',
      'authentication.server.protocol=https',
      'authentication.redirect.uri=https://twc.example.com/webapp',
      'service.url=https://twc.example.com',
    ]);
  });

  it('leads to the flows of topology Layer4, each with a place of its own, on whatever port', () => {
    const files = serverSettings(
      { ...LAYER7, topology: 'Layer4' },
      { ...places, rest: { host: '2001:db8::10', port: 8443 } },
    );

    expect(settings(files['authserver.properties'])).toEqual([
      'authentication.redirect.uri.whitelist=https://twc.example.com/,https://twc.example.com:443/,https://[2001:db8::10]:8443/,https://md_redirect',
    ]);
  });

  it.each([
    ['Layer4', 'login.example.com'],
    ['Layer7Hybrid', 'twc.example.com'],
  ] as const)('knows the Authserver that release 2021x has, with topology %s', (topology, host) => {
    const files = serverSettings(
      { ...LAYER7, release: '2021x', topology },
      { ...places, authserver: { host: 'login.example.com', port: 443 } },
    );

    expect(settings(files['authserver.properties'])[0]).toBe(`server.public.host=${host}`);
    expect(settings(files['webappplatform.properties'])).toEqual([
      `authentication.server.uri=https://${host}/authentication`,
    ]);
    expect(files['application.conf']).not.toContain('esi.auth');
  });

  it('leaves out what an older release does not have', () => {
    const files = serverSettings({ ...LAYER7, release: '2022x' }, places);

    expect(files['webappplatform.properties']).toContain('authentication.server.ip=twc.example.com');
    expect(files['webappplatform.properties']).not.toContain('service.url');
  });

  it('says what is not known as long as a flow has no address', () => {
    const files = serverSettings(LAYER7, { ...places, client: undefined });

    expect(files['application.conf']).toContain(
      '# server-broadcast-host: not known before its flow has an address\n',
    );
  });

  it('says which port of the nodes modelling clients are led to', () => {
    expect(serverSettings(LAYER7, places)['README.txt']).toContain('led to the TLS port of the nodes');
    expect(
      serverSettings({ ...LAYER7, client: { encryption: 'Cleartext' } }, places)['README.txt'],
    ).toContain('led to the unencrypted port of the nodes');
  });
});
