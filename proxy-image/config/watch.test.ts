import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../../test/support/proxy-config.ts';
import type { LoadResult } from './load.ts';
import { ConfigWatcher } from './watch.ts';
import type { WatchIntervals } from './watch.ts';

/** Polling would take longer than any test may: only notifications can be what makes these pass. */
const NOTIFIED: WatchIntervals = { settle: 5, settleVolume: 5, poll: 60_000, pollWaiting: 60_000 };
const POLLED: WatchIntervals = { settle: 60_000, settleVolume: 60_000, poll: 10, pollWaiting: 10 };

const authority = makeAuthority({ name: 'Test root' });
const first = issue(authority, { commonName: 'first' });
const second = issue(authority, { commonName: 'second' });

let folder: string;
const cleanup: (() => void)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watch-'));
});

afterEach(async () => {
  for (const stop of cleanup.splice(0)) {
    stop();
  }
  await rm(folder, { recursive: true, force: true });
});

/** What a watcher says, one result after the other. */
class Results {
  readonly #queue: LoadResult[] = [];
  #wake: (() => void) | null = null;

  constructor(file: string, intervals: WatchIntervals) {
    const watcher = new ConfigWatcher({
      file,
      intervals,
      onResult: (result) => {
        this.#queue.push(result);
        this.#wake?.();
      },
    });
    cleanup.push(() => watcher.stop());
  }

  async next(): Promise<LoadResult> {
    for (;;) {
      const result = this.#queue.shift();
      if (result !== undefined) {
        return result;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Waits for a result that fits, and drops those before it: between two files that change there may be others. */
  async until(fits: (result: LoadResult) => boolean): Promise<LoadResult> {
    for (;;) {
      const result = await this.next();
      if (fits(result)) {
        return result;
      }
    }
  }
}

function document(port: number, tlsFolder: string | null = null): string {
  return JSON.stringify(
    proxyConfig({
      certificates:
        tlsFolder === null
          ? []
          : [{ name: 'public', chainFile: `${tlsFolder}/tls.crt`, keyFile: `${tlsFolder}/tls.key` }],
      frontends: [frontendConfig({ port, protocol: tlsFolder === null ? 'TCP' : 'TLS' })],
      backends: [backendConfig([1])],
    }),
  );
}

function serves(port: number) {
  return (result: LoadResult): boolean =>
    result.state === 'Loaded' && result.loaded.config.frontends[0]?.port === port;
}

function servesChain(pem: string) {
  return (result: LoadResult): boolean =>
    result.state === 'Loaded' && result.loaded.certificates.get('public')?.chainPem === pem;
}

/** Replaces a file as editors do. */
async function replace(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
}

/** Replaces all files of a mounted volume as the kubelet does. */
async function swap(volume: string, version: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(volume, `..${version}`), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(volume, `..${version}`, name), content);
    await symlink(join('..data', name), join(volume, name)).catch(() => undefined);
  }
  await symlink(`..${version}`, join(volume, '..data_tmp'));
  await rename(join(volume, '..data_tmp'), join(volume, '..data'));
}

describe('ConfigWatcher', () => {
  it('notices a file that is written in place, and one that is replaced', async () => {
    const file = join(folder, 'config.json');
    await writeFile(file, document(11));
    const results = new Results(file, NOTIFIED);
    await results.until(serves(11));

    await writeFile(file, document(12));
    await results.until(serves(12));
    await replace(file, document(13));

    expect(await results.until(serves(13))).toMatchObject({ state: 'Loaded' });
  });

  it('tells of a broken file once, and of its repair', async () => {
    const file = join(folder, 'config.json');
    await writeFile(file, document(11));
    const results = new Results(file, NOTIFIED);
    await results.until(serves(11));

    await replace(file, '{broken');
    const broken = await results.next();
    await replace(file, document(11));
    const repaired = await results.next();

    expect(broken).toMatchObject({ state: 'Invalid', errors: [{ path: '' }] });
    expect(serves(11)(repaired)).toBe(true);
  });

  it('notices volumes whose ..data link is swapped, each by itself', async () => {
    const [config, tls] = [join(folder, 'config'), join(folder, 'tls')];
    await swap(config, '2024_1', { 'config.json': document(11, tls) });
    await swap(tls, '2024_1', { 'tls.crt': first.chainPem, 'tls.key': first.keyPem });
    const results = new Results(join(config, 'config.json'), NOTIFIED);
    await results.until(servesChain(first.chainPem));

    await swap(tls, '2024_2', { 'tls.crt': second.chainPem, 'tls.key': second.keyPem });
    await rm(join(tls, '..2024_1'), { recursive: true });
    await results.until(servesChain(second.chainPem));
    await swap(config, '2024_2', { 'config.json': document(12, tls) });

    expect(await results.until(serves(12))).toMatchObject({ state: 'Loaded' });
  });

  it('loads a volume as soon as its ..data link is swapped, as nothing of it will follow', async () => {
    const volume = join(folder, 'config');
    await swap(volume, '2024_1', { 'config.json': document(11) });
    const results = new Results(join(volume, 'config.json'), { ...NOTIFIED, settle: 60_000 });
    await results.until(serves(11));

    await swap(volume, '2024_2', { 'config.json': document(12) });

    expect(await results.until(serves(12))).toMatchObject({ state: 'Loaded' });
  });

  it('notices the target of a link that is written in place', async () => {
    await mkdir(join(folder, 'archive'));
    const target = join(folder, 'archive', 'config.json');
    await writeFile(target, document(11));
    await mkdir(join(folder, 'live'));
    await symlink('../archive/config.json', join(folder, 'live', 'config.json'));
    const results = new Results(join(folder, 'live', 'config.json'), NOTIFIED);
    await results.until(serves(11));

    await writeFile(target, document(12));

    expect(await results.until(serves(12))).toMatchObject({ state: 'Loaded' });
  });

  it('takes up a configuration whose folder comes later', async () => {
    const file = join(folder, 'later', 'config.json');
    const results = new Results(file, POLLED);
    const missing = await results.next();

    await mkdir(join(folder, 'later'));
    await writeFile(file, document(11));

    expect(missing).toMatchObject({ state: 'Waiting', hash: null });
    expect(await results.until(serves(11))).toMatchObject({ state: 'Loaded' });
  });

  it('waits for the files that a configuration names', async () => {
    const file = join(folder, 'config.json');
    await writeFile(file, document(11, folder));
    const results = new Results(file, NOTIFIED);
    const waiting = await results.next();

    await replace(join(folder, 'tls.key'), first.keyPem);
    await replace(join(folder, 'tls.crt'), first.chainPem);

    expect(waiting).toMatchObject({
      state: 'Waiting',
      errors: [{ path: 'certificates[0].chainFile' }, { path: 'certificates[0].keyFile' }],
    });
    expect(await results.until(servesChain(first.chainPem))).toMatchObject({ state: 'Loaded' });
  });

  it('goes on in a folder that is replaced as a whole', async () => {
    const folderName = join(folder, 'current');
    await mkdir(folderName);
    await writeFile(join(folderName, 'config.json'), document(11));
    const results = new Results(join(folderName, 'config.json'), { ...NOTIFIED, pollWaiting: 10 });
    await results.until(serves(11));

    await rename(folderName, join(folder, 'old'));
    await results.until(({ state }) => state === 'Waiting');
    await mkdir(folderName);
    await writeFile(join(folderName, 'config.json'), document(12));
    await results.until(serves(12));
    await replace(join(folderName, 'config.json'), document(13));

    expect(await results.until(serves(13))).toMatchObject({ state: 'Loaded' });
  });
});
