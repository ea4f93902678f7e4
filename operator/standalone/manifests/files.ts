import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestError } from './errors.ts';

/** A manifest file as it was read. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

export interface ManifestFiles {
  readonly files: readonly ManifestFile[];
  readonly errors: readonly ManifestError[];
}

const MANIFEST_NAME = /\.(ya?ml|json)$/i;

/** Reads the given files, and of the given folders every `.yaml`, `.yml` and `.json` file in them (not below them), by name. */
export async function readManifestFiles(paths: readonly string[]): Promise<ManifestFiles> {
  const found = await Promise.all(paths.map(findFiles));
  const errors = found.flatMap(({ errors }) => errors);
  const unique = [...new Set(found.flatMap(({ paths }) => paths))];
  const read = await Promise.all(unique.map(readOne));
  return {
    files: read.flatMap((result) => ('text' in result ? [result] : [])),
    errors: [...errors, ...read.flatMap((result) => ('text' in result ? [] : [result]))],
  };
}

interface FoundFiles {
  readonly paths: readonly string[];
  readonly errors: readonly ManifestError[];
}

async function findFiles(path: string): Promise<FoundFiles> {
  try {
    if (!(await stat(path)).isDirectory()) return { paths: [path], errors: [] };
    const names = (await readdir(path)).filter((name) => MANIFEST_NAME.test(name) && !name.startsWith('.'));
    if (names.length > 0) return { paths: names.sort().map((name) => join(path, name)), errors: [] };
    return failed(path, 'the folder holds no .yaml, .yml or .json file');
  } catch (error) {
    return failed(path, describe(error));
  }
}

async function readOne(path: string): Promise<ManifestFile | ManifestError> {
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    return { file: path, document: null, path: '', message: describe(error) };
  }
}

function failed(path: string, message: string): FoundFiles {
  return { paths: [], errors: [{ file: path, document: null, path: '', message }] };
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'no such file or folder';
    case 'EACCES':
      return 'may not be read; give the user that runs this the right to read it';
    default:
      return message;
  }
}
