import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '../support/describe-with.ts';
import type { Tool } from '../support/describe-with.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import { startRecordingUpstream } from '../support/http/recording-upstream.ts';
import type { RecordingUpstream } from '../support/http/recording-upstream.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';

jest.setTimeout(600_000);

const run = promisify(execFile);
const authority = makeAuthority({ name: 'Test root' });
const KEY_TYPES = { ec: 'EC-P-256', rsa: 'RSA-2048' } as const;

/** Every way in which TLS is ended, by the name of its frontend: what layer 7 and layer 4 do, with each kind of certificate. */
const FRONTENDS = {
  'https-ec': { protocol: 'HTTPS', certificate: 'ec', backend: 'web' },
  'https-rsa': { protocol: 'HTTPS', certificate: 'rsa', backend: 'web' },
  'tls-ec': { protocol: 'TLS', certificate: 'ec', backend: 'tcp' },
  'tls-rsa': { protocol: 'TLS', certificate: 'rsa', backend: 'tcp' },
} as const;

type FrontendName = keyof typeof FRONTENDS;

const NAMES = Object.keys(FRONTENDS) as FrontendName[];

let upstream: RecordingUpstream;
let proxy: ProxyProcess;
let ports: Readonly<Record<FrontendName, number>>;

beforeAll(async () => {
  upstream = await startRecordingUpstream();
  ports = {
    'https-ec': await freePort(),
    'https-rsa': await freePort(),
    'tls-ec': await freePort(),
    'tls-rsa': await freePort(),
  };
  const files: Record<string, string> = { 'root.crt': authority.rootPem };
  for (const [name, keyType] of Object.entries(KEY_TYPES)) {
    const issued = issue(authority, { commonName: 'localhost', dns: ['localhost'], keyType, days: 365 });
    files[`${name}.crt`] = issued.chainPem;
    files[`${name}.key`] = issued.keyPem;
  }
  const config = proxyConfig({
    certificates: Object.keys(KEY_TYPES).map((name) => ({
      name,
      chainFile: `${name}.crt`,
      keyFile: `${name}.key`,
    })),
    frontends: NAMES.map((name) => {
      const { protocol, certificate, backend } = FRONTENDS[name];
      return frontendConfig({ name, port: ports[name], protocol, backend, certificates: [certificate] });
    }),
    backends: [
      backendConfig([upstream.port], { name: 'web', protocol: 'HTTP' }),
      backendConfig([upstream.port], { name: 'tcp' }),
    ],
  });
  proxy = await startProxy({ config, files });
});

afterAll(async () => {
  await proxy.remove();
  await upstream.close();
});

function tool(name: string): Tool {
  return { name, isInstalled: spawnSync(name, ['--version'], { timeout: 20_000 }).error === undefined };
}

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

const BAD = new Set(['MEDIUM', 'HIGH', 'CRITICAL', 'FATAL']);

/** What is so with any private authority, by the id of the finding. */
const INHERENT: Readonly<Record<string, string>> = {
  cert_revocation: 'an authority for tests publishes neither revocation lists nor OCSP answers',
};

/** Protocols, ciphers, key exchange, certificate, order of ciphers, and every attack but BREACH, which is one on pages rather than on TLS. */
const EVERYTHING = '-p -s -f -S -P -H -I -T -R -C -O -Z -W -A -L -F -J -D -4'.split(' ');

/** What depends on the kind of the key, or on the protocol: certificate, ROBOT, DROWN, LUCKY13, renegotiation and tickets. */
const BY_KEY = '-p -S -BB -R -T -L -D'.split(' ');

async function testssl(name: FrontendName, checks: readonly string[]): Promise<readonly Finding[]> {
  const report = join(proxy.folder, `${name}.json`);
  const quiet = ['--quiet', '--color', '0', '--warnings', 'off', '--ip', 'one', '--openssl-timeout', '20'];
  const trust = ['--add-ca', join(proxy.folder, 'root.crt')];
  try {
    await run('testssl', [...quiet, ...trust, ...checks, '--jsonfile', report, `localhost:${ports[name]}`]);
  } catch (error) {
    // Its exit code counts findings; beyond that it has failed.
    if ((error as { readonly code?: unknown }).code === 'ENOENT') {
      throw error;
    }
  }
  return JSON.parse(await readFile(report, 'utf8')) as readonly Finding[];
}

describeWith(tool('testssl'), 'testssl.sh', () => {
  let reports: ReadonlyMap<FrontendName, readonly Finding[]>;

  beforeAll(async () => {
    const scans = [
      ['https-ec', EVERYTHING],
      ['tls-rsa', BY_KEY],
    ] as const;
    const entries = scans.map(async ([name, checks]) => [name, await testssl(name, checks)] as const);
    reports = new Map(await Promise.all(entries));
  });

  it.each(['https-ec', 'tls-rsa'] as const)('finds nothing of severity medium or above in %s', (name) => {
    const findings = reports.get(name) ?? [];
    const bad = findings.filter(({ id, severity }) => BAD.has(severity) && INHERENT[id] === undefined);

    expect(bad).toEqual([]);
  });

  // A check that could not be done is a warning, which is no finding: these have been done.
  it.each([
    [
      'https-ec',
      'SSLv2 SSLv3 TLS1_2 TLS1_3 cipherlist_NULL cipherlist_aNULL cipherlist_EXPORT cipherlist_LOW',
    ],
    ['https-ec', 'cipher_order secure_renego secure_client_renego heartbleed CCS ticketbleed CRIME_TLS'],
    ['https-ec', 'POODLE_SSL SWEET32 FREAK DROWN LOGJAM BEAST LUCKY13 RC4 cert_chain_of_trust'],
    ['tls-rsa', 'ROBOT DROWN LUCKY13 ticketbleed secure_renego secure_client_renego cert_chain_of_trust'],
  ] as const)('has nothing against %s in %s', (name, checks) => {
    const findings = reports.get(name) ?? [];
    const good = findings.filter(({ severity }) => severity === 'OK').map(({ id }) => id);

    expect(good).toEqual(expect.arrayContaining(checks.split(' ')));
  });
});

describeWith(tool('sslscan'), 'sslscan', () => {
  /** The elements of that name, as their attributes. */
  function elements(xml: string, name: string): readonly Readonly<Record<string, string>>[] {
    return [...xml.matchAll(new RegExp(`<${name} ([^>]*?)/?>`, 'g'))].map(([, attributes = '']) =>
      Object.fromEntries(
        [...attributes.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
      ),
    );
  }

  it.each(NAMES)('finds nothing weak in %s', async (name) => {
    const report = join(proxy.folder, `${name}.xml`);
    await writeFile(report, '');
    await run('sslscan', [`--xml=${report}`, '--show-certificate', `localhost:${ports[name]}`]);
    const xml = await readFile(report, 'utf8');

    const enabled = elements(xml, 'protocol').filter((protocol) => protocol['enabled'] === '1');
    expect(enabled.map(({ version }) => version)).toEqual(['1.2', '1.3']);
    expect(elements(xml, 'renegotiation')).toEqual([{ supported: '0', secure: '0' }]);
    expect(elements(xml, 'heartbleed').filter(({ vulnerable }) => vulnerable !== '0')).toEqual([]);
    expect(elements(xml, 'compression').filter(({ supported }) => supported !== '0')).toEqual([]);
    const ciphers = elements(xml, 'cipher');
    expect(ciphers).toHaveLength(6);
    expect(ciphers.filter(({ strength = '' }) => !['strong', 'acceptable'].includes(strength))).toEqual([]);
    expect(elements(xml, 'group').filter(({ bits }) => Number(bits) < 128)).toEqual([]);
    expect(xml).toContain('<expired>false</expired>');
  });
});
