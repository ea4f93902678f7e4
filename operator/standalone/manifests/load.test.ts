import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { formatManifestError } from './errors.ts';
import { loadManifests, secretsIn } from './load.ts';
import type { LoadResult } from './load.ts';

const PROXY = `apiVersion: teamworkproxy.io/v1alpha1
kind: TeamworkProxy
metadata: {name: twc}
spec:
  frontends: [{name: db, protocol: TCP, backend: db}]
  backends: [{name: db, protocol: TCP, servers: [{host: db.internal, port: 1521}]}]
`;

function secret(name: string, namespace?: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    stringData: { key: `of ${name}` },
  });
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifests-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

async function load(paths = [folder], secretFolders = new Map<string, string>()): Promise<LoadResult> {
  return loadManifests({ paths, secretFolders });
}

function errorsOf(result: LoadResult): readonly string[] {
  return result.ok
    ? []
    : result.errors.map(formatManifestError).map((line) => line.replaceAll(folder, '<folder>'));
}

describe('loadManifests', () => {
  it('admits the TeamworkProxies of a folder with defaults filled in, and mentions what it passes over', async () => {
    await write({
      'a.yaml': PROXY,
      'b.yml': `apiVersion: v1\nkind: Service\nmetadata: {name: other}\n`,
      'notes.txt': 'nothing',
    });

    const result = await load();

    expect(result).toMatchObject({ ok: true, manifests: { ignored: ['Service default/other'] } });
    expect(result.ok && result.manifests.proxies[0]).toMatchObject({
      metadata: { name: 'twc', namespace: 'default' },
      spec: { frontends: [{ port: 443 }] },
    });
  });

  it('finds the Secrets of a namespace', async () => {
    await write({ 'proxy.yaml': PROXY, 'one.json': secret('one'), 'two.json': secret('two', 'other') });

    const result = await load();

    if (!result.ok) throw new Error(errorsOf(result).join('\n'));
    expect([...secretsIn('default', result.manifests).keys()]).toEqual(['one']);
    expect(secretsIn('other', result.manifests).get('two')?.get('key')?.toString()).toBe('of two');
  });

  it('takes a folder as a Secret, through symbolic links and without hidden files', async () => {
    await write({ 'proxy.yaml': PROXY });
    const secrets = join(folder, 'keystore');
    await mkdir(join(secrets, 'archive'), { recursive: true });
    await writeFile(join(secrets, 'archive', 'one.p12'), 'bytes');
    await symlink(join(secrets, 'archive', 'one.p12'), join(secrets, 'keystore.p12'));
    await writeFile(join(secrets, '.hidden'), '');

    const result = await load([join(folder, 'proxy.yaml')], new Map([['twc-keystore', secrets]]));

    if (!result.ok) throw new Error(errorsOf(result).join('\n'));
    expect(Object.fromEntries(secretsIn('any', result.manifests).get('twc-keystore') ?? [])).toEqual({
      'keystore.p12': Buffer.from('bytes'),
    });
  });

  it('has the same digest as long as nothing changes, errors included', async () => {
    await write({ 'a.yaml': PROXY });
    const first = await load();
    const second = await load();
    await write({ 'a.yaml': PROXY.replace('1521', '1522') });
    const changed = await load();
    await write({ 'a.yaml': 'kind: [' });
    const broken = await load();

    expect(second.digest).toBe(first.digest);
    expect(new Set([first.digest, changed.digest, broken.digest]).size).toBe(3);
  });

  it('lists every error with file, document and field', async () => {
    await write({
      'a.yaml': `${PROXY}---\n${PROXY.replace('1521', '0').replace('twc', 'second')}`,
      'b.yaml': 'kind: [',
      'c.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: 12345}\n',
      'd.yaml': 'name: no kind\n',
      'e.yaml': 'apiVersion: v1\nkind: Secret\n',
    });

    const result = await load([folder, join(folder, 'missing.yaml')]);

    expect(errorsOf(result)).toEqual([
      '<folder>/missing.yaml: no such file or folder',
      expect.stringMatching(/^<folder>\/b\.yaml: is not YAML: line 1, column 8: /),
      expect.stringMatching(/^<folder>\/a\.yaml, document 2: spec\.backends\[0\]\.servers\[0\]\.port: /),
      '<folder>/c.yaml, document 1: stringData[password]: must be a string, not number; put it in quotes',
      '<folder>/d.yaml, document 1: has no apiVersion or no kind, so it is not a Kubernetes object',
      '<folder>/e.yaml, document 1: metadata.name: is missing, or is not a string; every object has a name',
    ]);
  });

  it.each([
    [
      'TeamworkProxy',
      PROXY,
      /b\.yaml, document 1: TeamworkProxy default\/twc stands in these manifests twice/,
    ],
    ['Secret', secret('one'), /b\.yaml, document 1: Secret default\/one stands in these manifests twice/],
  ])('refuses the same %s twice', async (_, text, message) => {
    await write({ 'a.yaml': text, 'b.yaml': text });

    expect(errorsOf(await load())).toEqual([expect.stringMatching(message)]);
  });

  it('refuses a version of the resource that it does not know', async () => {
    await write({ 'a.yaml': PROXY.replace('v1alpha1', 'v9') });

    expect(errorsOf(await load())).toEqual([expect.stringMatching(/a\.yaml, document 1: apiVersion: /)]);
  });

  it.each([
    ['a folder without manifests', {}, /the folder holds no \.yaml, \.yml or \.json file/],
    [
      'manifests without a TeamworkProxy',
      { 'a.json': secret('one') },
      /there is no document of kind TeamworkProxy/,
    ],
  ])('refuses %s', async (_, files, message) => {
    await write(files);

    expect(errorsOf(await load())).toEqual([expect.stringMatching(message)]);
  });

  it('refuses a folder for a Secret that is not there', async () => {
    await write({ 'a.yaml': PROXY });

    const result = await load([folder], new Map([['twc-keystore', join(folder, 'missing')]]));

    expect(errorsOf(result)).toEqual([
      "<folder>/missing: Secret twc-keystore can't be read from it: no such folder",
    ]);
  });
});
