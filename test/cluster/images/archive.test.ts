import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { run } from '../process/run.ts';
import { writeImage } from './archive.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function unpack(archive: string): Promise<void> {
  await run('tar', ['--extract', '--file', archive, '--directory', folder]);
}

function read(name: string): Buffer {
  return readFileSync(join(folder, name));
}

interface Config {
  readonly config: { readonly Entrypoint: string[] };
  readonly rootfs: { readonly diff_ids: string[] };
}

describe('writeImage', () => {
  it('writes an archive whose names and digests fit together', async () => {
    const program = join(folder, 'program');
    // Longer than a block of a tar archive, and not a multiple of it.
    const content = 'x'.repeat(1300);
    writeFileSync(program, content);

    writeImage({ name: 'localhost/program:1', program }, join(folder, 'image.tar'));

    await unpack(join(folder, 'image.tar'));
    const [manifest] = JSON.parse(read('manifest.json').toString()) as [{ Config: string }];
    const config = JSON.parse(read(manifest.Config).toString()) as Config;
    const digest = createHash('sha256').update(read('layer.tar')).digest('hex');
    expect(manifest).toEqual({
      Config: manifest.Config,
      RepoTags: ['localhost/program:1'],
      Layers: ['layer.tar'],
    });
    expect(config.config.Entrypoint).toEqual(['/program']);
    expect(config.rootfs.diff_ids).toEqual([`sha256:${digest}`]);

    rmSync(program);
    await unpack(join(folder, 'layer.tar'));
    expect(read('program').toString()).toBe(content);
    expect((await run('tar', ['--list', '--verbose', '--file', join(folder, 'layer.tar')])).stdout).toMatch(
      /^-rwxr-xr-x 0\/0/,
    );
  });
});
