import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../../test/support/certificates.ts';
import { readPemPair } from '../../certificates/pem.ts';
import type { ServedCertificate } from '../../reconcile/plan/types.ts';
import { makeRuntimeFolder, writeProxyFiles } from './runtime-folder.ts';

function certificate(name: string): ServedCertificate {
  const { chainPem, keyPem } = issue(makeAuthority({ name: 'authority' }), { commonName: 'twc.example.com' });
  const pair = readPemPair(chainPem, keyPem);
  if (!pair.ok) throw new Error(pair.message);
  return { state: 'Valid', name, material: pair.material, source: 'Secret a', problem: null };
}

let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'runtime-'));
});

afterEach(async () => {
  await rm(parent, { recursive: true });
});

async function mode(...path: readonly string[]): Promise<string> {
  return ((await stat(join(parent, ...path))).mode & 0o777).toString(8);
}

describe('makeRuntimeFolder', () => {
  it('makes a folder of its own in XDG_RUNTIME_DIR that nobody else may look into', async () => {
    const folder = await makeRuntimeFolder({ XDG_RUNTIME_DIR: parent });

    expect(await readdir(parent)).toHaveLength(1);
    expect(((await stat(folder)).mode & 0o777).toString(8)).toBe('700');
  });
});

describe('writeProxyFiles', () => {
  it('writes configuration, chain and key, which only this user may read', async () => {
    const folder = join(parent, 'proxy');
    const served = certificate('public');

    await writeProxyFiles(folder, '{}\n', { certificates: [served], authorities: [] });

    expect(await readFile(join(folder, 'config.json'), 'utf8')).toBe('{}\n');
    expect(await readFile(join(folder, 'public.crt'), 'utf8')).toBe(served.material.chainPem);
    expect(await readFile(join(folder, 'public.key'), 'utf8')).toBe(served.material.keyPem);
    expect([
      await mode('proxy'),
      await mode('proxy', 'public.key'),
      await mode('proxy', 'config.json'),
    ]).toEqual(['700', '600', '600']);
  });

  it('removes what the configuration does not name any more', async () => {
    await writeProxyFiles(parent, '{}\n', { certificates: [certificate('old')], authorities: [] });

    await writeProxyFiles(parent, '{}\n', { certificates: [certificate('new')], authorities: [] });

    expect((await readdir(parent)).sort()).toEqual(['config.json', 'new.crt', 'new.key']);
  });
});
