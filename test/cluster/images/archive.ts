import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { tar } from './tar.ts';

/** An image that holds one static program and nothing else. */
export interface ProgramImage {
  /** Name and tag. */
  readonly name: string;
  /** Path of the program on this host; it becomes the entry point, at the image's root. */
  readonly program: string;
}

/** The words by which images and Go name this machine's architecture. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Writes an image as an archive that `ctr images import` and `docker load` read. */
export function writeImage({ name, program }: ProgramImage, path: string): void {
  const file = basename(program);
  const layer = tar([{ name: file, content: readFileSync(program), mode: 0o755 }]);
  const config = Buffer.from(
    JSON.stringify({
      architecture: architectures[process.arch] ?? process.arch,
      os: 'linux',
      config: { Entrypoint: [`/${file}`], WorkingDir: '/' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    }),
  );
  const configName = `${sha256(config)}.json`;
  const manifest = Buffer.from(
    JSON.stringify([{ Config: configName, RepoTags: [name], Layers: ['layer.tar'] }]),
  );

  const mode = 0o644;
  writeFileSync(
    path,
    tar([
      { name: configName, content: config, mode },
      { name: 'manifest.json', content: manifest, mode },
      { name: 'layer.tar', content: layer, mode },
    ]),
  );
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
