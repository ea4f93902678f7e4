import { readdirSync, readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';

/** A manifest that stands in `examples/`. */
export interface Example {
  readonly file: string;
  readonly document: { readonly metadata: { readonly name: string } };
}

const folder = new URL('../../../examples/', import.meta.url);

/** Every document of every file in `examples/`. */
export function exampleManifests(): readonly Example[] {
  return readdirSync(folder).flatMap((file) =>
    loadAll(readFileSync(new URL(file, folder), 'utf8')).map((document) => ({
      file,
      document: document as Example['document'],
    })),
  );
}
