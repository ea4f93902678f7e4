import { globSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { place } from './files.ts';

/** The part of esbuild's metafile that tells what a bundle was made of. */
export interface Metafile {
  readonly inputs: Readonly<Record<string, object>>;
}

/** Folders of the npm packages that something in a bundle comes from, relative to the project, in order. */
export function bundledPackages({ inputs }: Metafile): string[] {
  const folders = Object.keys(inputs).flatMap(
    (path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
  );
  return [...new Set(folders)].toSorted();
}

/** Copies the licences of packages to `target`, a folder for each; where a package has no such file, it gets one that names its licence. */
export function placeLicences(project: string, packages: readonly string[], target: string): void {
  for (const folder of packages) {
    const source = join(project, folder);
    const { name, version, license } = JSON.parse(
      readFileSync(join(source, 'package.json'), 'utf8'),
    ) as Manifest;
    const own = join(target, `${name}@${version}`);
    const files = globSync('{LICENSE,LICENCE,License,license,COPYING,NOTICE}*', { cwd: source });
    for (const file of files) place(join(source, file), join(own, file), 0o644);
    if (files.length > 0) continue;
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'LICENSE'), `${name} ${version} is licensed under ${license}.\n`, {
      mode: 0o644,
    });
  }
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}
