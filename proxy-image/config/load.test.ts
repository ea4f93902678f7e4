import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../../test/support/proxy-config.ts';
import { loadConfig } from './load.ts';
import type { CertificateConfig, ProxyConfig } from './types.ts';

const authority = makeAuthority({ name: 'Test root' });
const leaf = issue(authority, {
  commonName: 'twc',
  dns: ['TWC.example.com', '*.example.org'],
  ip: ['192.0.2.1'],
});
const other = issue(authority, { commonName: 'other' });

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
  file = join(folder, 'config.json');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** One TLS frontend whose backend trusts `trust/root.crt`. */
function config(certificate: Partial<CertificateConfig> = {}): ProxyConfig {
  return proxyConfig({
    certificates: [{ name: 'public', chainFile: 'public.crt', keyFile: 'public.key', ...certificate }],
    frontends: [frontendConfig({ protocol: 'TLS' })],
    backends: [
      backendConfig([2], {
        protocol: 'TLS',
        tls: { verify: 'Chain', trustFiles: ['trust/root.crt'], pinnedSha256: [] },
      }),
    ],
  });
}

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(folder, 'trust'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content);
  }
}

const complete = {
  'config.json': JSON.stringify(config()),
  'public.crt': leaf.chainPem,
  'public.key': leaf.keyPem,
  'trust/root.crt': authority.rootPem,
};

describe('loadConfig', () => {
  it('gives the configuration with what its files hold', async () => {
    await write(complete);

    const result = await loadConfig(file);

    expect(result).toMatchObject({
      state: 'Loaded',
      files: [file, join(folder, 'public.crt'), join(folder, 'public.key'), join(folder, 'trust/root.crt')],
      loaded: {
        config: config(),
        hash: sha256(complete['config.json']),
        trust: new Map([['trust/root.crt', authority.rootPem]]),
        certificates: new Map([
          [
            'public',
            {
              chainPem: leaf.chainPem,
              keyPem: leaf.keyPem,
              names: ['twc.example.com', '*.example.org'],
              fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
              notAfter: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
            },
          ],
        ]),
      },
    });
  });

  it.each(['EC-P-384', 'RSA-2048', 'Ed25519'] as const)('takes a key of type %s', async (keyType) => {
    const { chainPem, keyPem } = issue(authority, { commonName: 'twc', keyType });
    await write({ ...complete, 'public.crt': chainPem, 'public.key': keyPem });

    expect(await loadConfig(file)).toMatchObject({ state: 'Loaded' });
  });

  it('has another digest when only a certificate has changed', async () => {
    await write(complete);
    const before = await loadConfig(file);
    await write({ 'public.crt': other.chainPem, 'public.key': other.keyPem });

    const after = await loadConfig(file);

    const digests = [before, after].map((result) => result.state === 'Loaded' && result.loaded.digest);
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[1]).not.toBe(digests[0]);
    expect(after).toMatchObject({ state: 'Loaded', loaded: { hash: sha256(complete['config.json']) } });
  });

  it.each<[string, 'Invalid' | 'Waiting', Record<string, string>, string, RegExp]>([
    ['a document that is not JSON', 'Invalid', { 'config.json': '{' }, '', /is not JSON/],
    [
      'an invalid document',
      'Invalid',
      { 'config.json': JSON.stringify({ ...config(), version: 2 }) },
      'version',
      /is 2: give 1/,
    ],
    [
      'a chain that is not the one named',
      'Waiting',
      { 'config.json': JSON.stringify(config({ chainSha256: sha256('x') })) },
      'certificates[0].chainSha256',
      /public\.crt is not \(yet\) the chain/,
    ],
    [
      'a key of another certificate',
      'Waiting',
      { 'public.key': other.keyPem },
      'certificates[0].keyFile',
      /does not belong to the first certificate of the chain \(CN=twc\)/,
    ],
    [
      'a chain without certificates',
      'Waiting',
      { 'public.crt': 'empty' },
      'certificates[0].chainFile',
      /public\.crt holds no PEM certificate/,
    ],
    [
      'a chain that is broken and named so',
      'Invalid',
      { 'public.crt': 'x', 'config.json': JSON.stringify(config({ chainSha256: sha256('x') })) },
      'certificates[0].chainFile',
      /holds no PEM certificate/,
    ],
    [
      'a certificate that is cut',
      'Waiting',
      { 'public.crt': leaf.chainPem.replace(/\n.{64}\n/, '\n') },
      'certificates[0].chainFile',
      /holds a certificate that can't be read/,
    ],
    [
      'a file without a key',
      'Waiting',
      { 'public.key': leaf.chainPem },
      'certificates[0].keyFile',
      /holds no PEM private key/,
    ],
    [
      'an encrypted key',
      'Waiting',
      { 'public.key': leaf.keyPem.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE') },
      'certificates[0].keyFile',
      /store it without a passphrase/,
    ],
    [
      'a trust file without certificates',
      'Waiting',
      { 'trust/root.crt': leaf.keyPem },
      'backends[0].tls.trustFiles[0]',
      /trust\/root\.crt holds no PEM certificate/,
    ],
  ])('refuses %s', async (_what, state, files, path, message) => {
    await write({ ...complete, ...files });

    const result = await loadConfig(file);

    expect(result).toMatchObject({ state, errors: [{ path, message: expect.stringMatching(message) }] });
  });

  it('reads what clients’ certificates have to lead to, and waits for it', async () => {
    const clientCertificates = { trustFiles: ['trust/clients.crt'] };
    const asking = { ...config(), frontends: [frontendConfig({ protocol: 'TLS', clientCertificates })] };
    await write({ ...complete, 'config.json': JSON.stringify(asking) });

    const before = await loadConfig(file);
    await write({ 'trust/clients.crt': authority.rootPem });
    const after = await loadConfig(file);

    expect(before).toMatchObject({
      state: 'Waiting',
      errors: [{ path: 'frontends[0].clientCertificates.trustFiles[0]' }],
    });
    expect(after.state === 'Loaded' ? after.loaded.trust.get('trust/clients.crt') : null).toBe(
      authority.rootPem,
    );
  });

  it('waits for every file that is missing', async () => {
    await write({ 'config.json': complete['config.json'], 'public.crt': leaf.chainPem });

    const result = await loadConfig(file);

    expect(result).toMatchObject({
      state: 'Waiting',
      hash: sha256(complete['config.json']),
      errors: [
        { path: 'certificates[0].keyFile', message: `there is no file ${join(folder, 'public.key')}` },
        {
          path: 'backends[0].tls.trustFiles[0]',
          message: `there is no file ${join(folder, 'trust/root.crt')}`,
        },
      ],
    });
  });

  it('waits for the configuration itself', async () => {
    const result = await loadConfig(file);

    expect(result).toEqual({
      state: 'Waiting',
      hash: null,
      errors: [{ path: '', message: `there is no file ${file}` }],
      files: [file],
    });
  });

  it('says that a file is a folder', async () => {
    await write(complete);
    await rm(join(folder, 'public.key'));
    await mkdir(join(folder, 'public.key'));

    const result = await loadConfig(file);

    const messages = result.state === 'Loaded' ? [] : result.errors.map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringMatching(/public\.key can't be read: EISDIR/));
  });
});
